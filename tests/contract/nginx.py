"""nginx in front of an appliance, with the configuration that Debian installs."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests import needs

DEBIANS = Path("/etc/nginx/nginx.conf")
SITES = "include /etc/nginx/sites-enabled/*;"
SITE = """
    server {{
        listen 127.0.0.1:{port}{tls};
        {limit}
        location / {{ include /etc/nginx/proxy_params; proxy_pass http://{upstream}; }}
    }}
"""
SECONDS = 10.0
"""How long nginx may take to listen."""


def configuration(folder: Path, port: int, upstream: str, limit: str, certificate: Path | None) -> str:
    """Return Debian's configuration with one site, and its files in a folder."""
    tls = f" ssl; ssl_certificate {certificate}; ssl_certificate_key {certificate}" if certificate else ""
    text = DEBIANS.read_text().replace(SITES, SITE.format(port=port, upstream=upstream, limit=limit, tls=tls))
    assert f"127.0.0.1:{port}" in text, f"{DEBIANS} has no line {SITES}"
    return text.replace("/var/log/nginx", str(folder)).replace("/run/nginx.pid", str(folder / "nginx.pid"))


@contextmanager
def in_front_of(url: str, folder: Path, limit: str = "", certificate: Path | None = None) -> Iterator[str]:
    """Run nginx in front of a server, and yield the base URL there.

    `limit` is a line of its configuration. With the file of a certificate and its key it speaks TLS.
    """
    nginx = needs.program("nginx", package="nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    parts = urlsplit(url)
    folder.chmod(0o755)  # its workers run as another user
    (folder / "nginx.conf").write_text(configuration(folder, port, parts.netloc, limit, certificate))
    command = [nginx, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            wait_for(port, process)
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}{parts.path}"
        finally:
            process.terminate()
            process.wait(SECONDS)


def wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    """Wait until the port is listened at."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), SECONDS).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    raise AssertionError(f"nginx did not start: {process.communicate()[1]}")
