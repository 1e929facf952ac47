"""Namespaces: a private appliance of its own below each path /_ns/<name>."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from voxdouble_mock.core.namespaces import PATTERN, RULE
from voxdouble_mock.store import DEFAULT_NAMESPACE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = "/_ns/"
PREFIX = re.compile(rf"{ROOT}({PATTERN})(/.*)", re.DOTALL)
KEY = "voxdouble.namespace"


class NamespacePrefix:
    """WSGI middleware that moves the prefix /_ns/<name> from the path to SCRIPT_NAME, from which URLs are built."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application for the namespace in the path, or else for the default one."""
        match = PREFIX.fullmatch(environ.get("PATH_INFO", ""))
        environ[KEY] = DEFAULT_NAMESPACE
        if match:
            environ[KEY], environ["PATH_INFO"] = match.groups()
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix(environ)
        return self._app(environ, start_response)


def prefix(environ: "WSGIEnvironment") -> str:
    """Return the path prefix of the request's namespace, empty for the default one."""
    return f"/_ns/{environ[KEY]}" if environ[KEY] else ""


def rule_for(path: str) -> str:
    """Return a sentence with the rule for names if a path has the prefix of a namespace without a valid name."""
    if not path.startswith(ROOT) or PREFIX.fullmatch(path):
        return ""
    return f" {ROOT} must be followed by the name of a namespace and a slash; a name is {RULE}."
