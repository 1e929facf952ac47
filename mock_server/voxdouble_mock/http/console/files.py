"""The scripts, styles and pictures of the console, as they are in the package."""

import hashlib
from functools import lru_cache, partial
from importlib.resources import files

from flask import Flask, Response, request

from voxdouble_mock.http.address import no_such_path
from voxdouble_mock.http.routing import add_route

FOLDERS = ("static", "swagger_ui")
TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
"""The content types of the files that are served, by the ending of their names."""


def register(app: Flask) -> None:
    """Add a route for each folder."""
    for folder in FOLDERS:
        add_route(app, "GET", f"/_mock/console/{folder}/<name>", partial(get_file, folder))


def get_file(folder: str, name: str) -> Response:
    """Return a file, or 304 if the browser has it already; 404 for a name that is not in the package."""
    if name not in names(folder):
        raise no_such_path(request.root_path + request.path)
    data, digest = content(folder, name)
    response = Response(data, content_type=TYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = "no-cache"  # the browser asks again, and a new version is seen at once
    response.set_etag(digest)
    response.make_conditional(request.environ)
    return response


@lru_cache
def names(folder: str) -> frozenset[str]:
    """Return the names of the files in a folder that are served."""
    entries = (files(__package__) / folder).iterdir()
    return frozenset(entry.name for entry in entries if entry.name.rpartition(".")[2] in TYPES)


@lru_cache
def content(folder: str, name: str) -> tuple[bytes, str]:
    """Return the bytes of a file and their digest. They are read late, since few mocks show their console."""
    data = (files(__package__) / folder / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:32]
