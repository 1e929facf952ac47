"""Namespaces: a private appliance of its own below each path /_ns/<name>."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from voxdouble_mock.core.namespace_names import PATTERN, RULE
from voxdouble_mock.http.current_request import NAMESPACE, current, prefix
from voxdouble_mock.store import DEFAULT_NAMESPACE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = "/_ns/"
PREFIX = re.compile(rf"{ROOT}({PATTERN})(/.*)", re.DOTALL)


class NamespacePrefix:
    """WSGI middleware that makes each request the current one, in the namespace that its path names.

    It moves the prefix /_ns/<name> from the path to SCRIPT_NAME, from which URLs are built.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application for the namespace in the path, or else for the default one."""
        match = PREFIX.fullmatch(environ.get("PATH_INFO", ""))
        environ[NAMESPACE] = DEFAULT_NAMESPACE
        with current(environ):
            if match:
                environ[NAMESPACE], environ["PATH_INFO"] = match.groups()
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix()
            return self._app(environ, start_response)


def rule_for(path: str) -> str:
    """Return a sentence with the rule for names if a path has an invalid name of a namespace; else an empty text."""
    if not path.startswith(ROOT) or PREFIX.fullmatch(path):
        return ""
    return f" {ROOT} must be followed by the name of a namespace and a slash; a name is {RULE}."
