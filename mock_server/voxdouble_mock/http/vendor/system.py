"""The vendor's routes about the appliance itself: version, status, and what was consumed (S74, S75, C31)."""

from functools import partial
from importlib.metadata import version

from flask import Flask, Response

from voxdouble_mock.http.services import Services, namespace
from voxdouble_mock.http.wire import answer
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import MediaTechnology


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    app.add_url_rule(
        "/api/billing/consumptions", view_func=partial(consumptions, services), methods=["GET"], endpoint="billing"
    )
    app.add_url_rule("/api/system/info", view_func=info, methods=["GET"])
    app.add_url_rule("/api/system/status", view_func=status, methods=["GET"])


def info() -> Response:
    """Tell the version: ours, so that nobody takes the mock for the appliance."""
    return answer({"version": f"voxdouble {version('voxdouble')}"})


def status() -> Response:
    """Answer that the appliance is there; the vendor's body is not documented."""
    return answer({})


def consumptions(services: Services) -> Response:
    """Tell the audio that was processed, in seconds, one item for each combination of labels (contract 5)."""
    heard = services.appliance.audio_processed(namespace())
    items = [
        {
            "labels": [
                {"key": "technology", "value": technology.billing.technology},
                {"key": "vendor", "value": "phonexia"},
                {"key": "operation", "value": technology.billing.operation},
            ],
            "consumptions": [{"property": "processed_audio_length", "value": heard[name] / 1000}],
        }
        for name, technology in discover().items()
        if isinstance(technology, MediaTechnology) and name in heard
    ]
    return answer({"items": items})
