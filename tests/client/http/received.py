"""Responses as the client's transport hands them on."""

import json

from tests.client.hostile import TASK_PATH
from voxdouble_client._http.wire import Request, Response

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
GET = Request("GET", "http://appliance" + TASK_PATH)


def received(status: int, body: bytes | object, **headers: str) -> Response:
    """Return a complete response to a GET."""
    return Response(GET, status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())
