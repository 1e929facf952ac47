"""The certificates of TLS connections, trusted ones and the client's own, checked when the client is created."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

Certificate: TypeAlias = str | os.PathLike[str] | tuple[str | os.PathLike[str], str | os.PathLike[str]]
"""A PEM file with the client's certificate and its key, or two files, first the certificate."""


def trusted_certificates(url: str, ca: str | os.PathLike[str] | None) -> str | bool:
    """Return the file or folder of certificates to trust, or True for the usual ones.

    They are those of `ca`, else those that the environment names. FileNotFoundError if the path of `ca` does not exist.
    ValueError if a file holds no certificate, or if the environment names a missing file.
    """
    if ca is not None:
        _check_bundle(os.fspath(ca), "`ca`")
        return os.fspath(ca)
    if _has_tls(url):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # the names that `requests` reads, in its order
            if path := os.environ.get(name):
                if not Path(path).exists():
                    raise ValueError(
                        f"{name} in the environment must name a file of certificates; {path!r} is missing."
                    )
                _check_bundle(path, f"{name} in the environment")
                return path
    return True


def _check_bundle(path: str, name: str) -> None:
    if not Path(path).exists():
        raise FileNotFoundError(f"There are no certificates at {path}.")
    if Path(path).is_dir():
        return  # the certificates in a folder are looked up by name when they are needed
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        raise ValueError(
            f"{name} must name a file of certificates in PEM form; {path!r} holds no certificate."
        ) from None


def client_certificate(url: str, certificate: Certificate | None) -> tuple[str, str] | None:
    """Return the files of the client's certificate and of its key.

    FileNotFoundError or ValueError unless they belong together, the key has no password, and `url` is an https:// URL.
    """
    if certificate is None:
        return None
    if not _has_tls(url):
        raise ValueError("`client_certificate` must be used with an https:// URL: without TLS it is not sent.")
    pair = certificate if isinstance(certificate, tuple) else (certificate, certificate)
    files = os.fspath(pair[0]), os.fspath(pair[1])
    for file in files:
        if not Path(file).exists():
            raise FileNotFoundError(f"There is no certificate or key at {file}.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*files, password=_no_password)
    except ssl.SSLError as error:
        raise ValueError(
            "`client_certificate` must name a certificate in PEM form and its key, in one file or in two;"
            f" {' and '.join(sorted(set(files)))} cannot be used ({error.reason or error})."
        ) from None
    return files


def _has_tls(url: str) -> bool:
    return urlsplit(url).scheme == "https"  # urlsplit returns the scheme in lower case


def _no_password() -> str:
    raise ValueError("`client_certificate` must have a key without a password, got one that is encrypted.")
