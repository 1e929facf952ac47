"""Below /_ns/<name> the whole mock stands again as a private appliance (design: namespaces)."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = re.compile(r"/_ns/([A-Za-z0-9._-]{1,64})(/.*)", re.DOTALL)
KEY = "voxdouble.namespace"


class NamespacePrefix:
    """WSGI middleware: moves the prefix from the path to the script name, where URLs for answers are built from."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer for the namespace that the path names, or else for the default one."""
        match = PREFIX.fullmatch(environ.get("PATH_INFO", ""))
        environ[KEY] = ""
        if match:
            environ[KEY], environ["PATH_INFO"] = match.groups()
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix(environ)
        return self._app(environ, start_response)


def prefix(environ: "WSGIEnvironment") -> str:
    """Give the path below which the request's namespace lies, empty for the default one."""
    return f"/_ns/{environ[KEY]}" if environ[KEY] else ""
