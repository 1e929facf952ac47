"""Values of the request that is being answered."""

from typing import cast

from flask import request

from voxdouble_mock.core.request_log import SECRET_HEADERS
from voxdouble_mock.http import namespaces
from voxdouble_mock.wsgi.protocol import ENVIRON_KEY, Connection


def namespace() -> str:
    """Return the name of the request's namespace; empty for that of the bare base URL."""
    return cast("str", request.environ[namespaces.KEY])


def connection() -> Connection:
    """Return the connection that the request came on."""
    return cast("Connection", request.environ[ENVIRON_KEY])


def query() -> dict[str, str]:
    """Return the query's parameters; of a repeated one the last value counts (C16)."""
    return {name: values[-1] for name, values in request.args.lists()}


def headers() -> dict[str, str]:
    """Return all headers of the request, names in lower case."""
    return {name.lower(): value for name, value in request.headers}


def public_headers() -> dict[str, str]:
    """Return the headers of the request without those that hold secrets, names in lower case."""
    return {name: value for name, value in headers().items() if name not in SECRET_HEADERS}
