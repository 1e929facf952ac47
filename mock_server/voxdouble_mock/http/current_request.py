"""The request that is being answered: its values, read from the WSGI environ of the current thread.

`flask.request` has the same values only within Flask's own dispatch, and slower: a poll reads some thirty of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from voxdouble_mock.core.namespace_options import NamespaceOptions
from voxdouble_mock.core.secrets import is_secret
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

NAMESPACE = "voxdouble.namespace"
"""The key in the environ of the name of the request's namespace."""
OPTIONS = "voxdouble.options"
"""The key in the environ of the request's options. They are set when a request to a vendor's path begins."""
QUERY = "voxdouble.query"
"""The key in the environ of the query's parameters. They are set when they are first read."""
BODY_HEADERS = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
"""The headers that WSGI passes under names of their own, for which `header` returns None."""
_current: "ContextVar[WSGIEnvironment]" = ContextVar("voxdouble_environ")


@contextmanager
def current(environ: "WSGIEnvironment") -> Iterator[None]:
    """Make a request the current one for as long as the block lasts."""
    token = _current.set(environ)
    try:
        yield
    finally:
        _current.reset(token)


def environ() -> "WSGIEnvironment":
    """Return the WSGI environ of the request."""
    return _current.get()


def namespace() -> str:
    """Return the name of the request's namespace; empty for that of the bare base URL."""
    return cast("str", environ()[NAMESPACE])


def prefix() -> str:
    """Return the path prefix of the request's namespace; empty for that of the bare base URL."""
    return f"/_ns/{namespace()}" if namespace() else ""


def options() -> NamespaceOptions:
    """Return the options that applied when the request began; only requests to the vendor's paths have any."""
    return cast("NamespaceOptions", environ()[OPTIONS])


def connection() -> Connection:
    """Return the connection that the request came on."""
    return cast("Connection", environ()[ENVIRON_KEY])


def method() -> str:
    """Return the method, in upper case."""
    return cast("str", environ()["REQUEST_METHOD"]).upper()


def root_path() -> str:
    """Return the part of the URL's path before `path`: the prefixes of a trusted proxy and of the namespace."""
    return _text(environ().get("SCRIPT_NAME", "")).rstrip("/")


def path() -> str:
    """Return the path within the namespace, percent-decoded; it begins with one slash."""
    return "/" + _text(environ().get("PATH_INFO", "")).lstrip("/")


def query() -> dict[str, str]:
    """Return the query's parameters; a repeated parameter has its last value (C16)."""
    found = environ().get(QUERY)
    if found is None:
        found = environ()[QUERY] = _query()
    return cast("dict[str, str]", found)


def header(name: str) -> str | None:
    """Return the value of a header other than those in BODY_HEADERS; None if the request does not have it."""
    return cast("str | None", environ().get("HTTP_" + name.upper().replace("-", "_")))


def headers() -> dict[str, str]:
    """Return all headers of the request, names in lower case."""
    found = {}
    for key, value in environ().items():
        if key.startswith("HTTP_"):
            found[key[5:].replace("_", "-").lower()] = value
        elif key in BODY_HEADERS and value:
            found[BODY_HEADERS[key]] = value
    return found


def public_headers() -> dict[str, str]:
    """Return the headers of the request without those that hold secrets, names in lower case."""
    return {name: value for name, value in headers().items() if not is_secret(name, value)}


def public_query() -> dict[str, str]:
    """Return the query's parameters without those that hold secrets."""
    return {name: value for name, value in query().items() if not is_secret(name, value)}


def _query() -> dict[str, str]:
    if not environ().get("QUERY_STRING"):
        return {}
    text = environ()["QUERY_STRING"].encode("latin-1").decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))  # of equal names the last one stays


def _text(path: str) -> str:
    """Return a part of the path as text. WSGI passes its bytes as Latin-1; here they are read as UTF-8."""
    return path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")
