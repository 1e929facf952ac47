"""Values of the request that is being answered."""

from typing import cast

from flask import request

from voxdouble_mock.http import namespaces
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def namespace() -> str:
    """Return the name of the request's namespace; empty for that of the bare base URL."""
    return cast("str", request.environ[namespaces.KEY])


def connection() -> Connection:
    """Return the connection that the request came on."""
    return cast("Connection", request.environ[ENVIRON_KEY])


def query() -> dict[str, str]:
    """Return the query's parameters; of a repeated one the last value counts (C16)."""
    return {name: values[-1] for name, values in request.args.lists()}


def public_headers() -> dict[str, str]:
    """Return the request's headers, names in lower case, without those that hold secrets."""
    return {name.lower(): value for name, value in request.headers if name.lower() not in SECRET_HEADERS}
