"""HTTP: the only folder that imports Flask. It turns requests into calls of the appliance, and answers into bytes."""

from voxdouble_mock.http.app import create_app

__all__ = ["create_app"]
