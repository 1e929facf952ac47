"""The vendor's two routes about the appliance itself (S74, S75, C31)."""

from importlib.metadata import version

from flask import Flask, Response

from voxdouble_mock.http.wire import answer


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/api/system/info", view_func=info, methods=["GET"])
    app.add_url_rule("/api/system/status", view_func=status, methods=["GET"])


def info() -> Response:
    """Tell the version: ours, so that nobody takes the mock for the appliance."""
    return answer({"version": f"voxdouble {version('voxdouble')}"})


def status() -> Response:
    """Answer that the appliance is there; the vendor's body is not documented."""
    return answer({})
