"""The mock's HTTP interface, and the only folder that imports Flask."""

from voxdouble_mock.http.app import create_app

__all__ = ["create_app"]
