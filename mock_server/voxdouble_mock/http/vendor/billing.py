"""GET /api/billing/consumptions: the audio that each technology has processed (S83, C36)."""

from functools import partial

from flask import Flask, Response

from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.view_result import add_vendor_route
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import MediaTechnology


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_vendor_route(app, services, "/api/billing/consumptions", partial(get_consumptions, services))


def get_consumptions(services: Services) -> Response:
    """Return one item for each technology that has processed audio, in seconds over all channels."""
    processed = services.appliance.audio_processed(namespace())
    items = [
        {
            "labels": [
                {"key": "technology", "value": technology.billing.technology},
                {"key": "vendor", "value": "phonexia"},
                {"key": "operation", "value": technology.billing.operation},
            ],
            "consumptions": [{"property": "processed_audio_length", "consumption": to_seconds(processed[name])}],
        }
        for name, technology in discover().items()
        if isinstance(technology, MediaTechnology) and name in processed
    ]
    return json_response({"items": items})
