"""The WSGI server: cheroot, taught what it lacks. It listens, reads requests strictly, and stops in bounded time."""

from voxdouble_mock.wsgi.server import HttpServer

__all__ = ["HttpServer"]
