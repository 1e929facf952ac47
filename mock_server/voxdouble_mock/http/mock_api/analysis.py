"""POST /_mock/analysis: the waveform of a recording, and the speech in it; nothing is stored."""

from dataclasses import asdict
from functools import partial

from flask import Flask, Response

from voxdouble_mock import voice
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor import upload


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    add_route(app, "POST", "/_mock/analysis", partial(post_analysis, services))


def post_analysis(services: Services) -> Response:
    """Return the waveform of the uploaded recording, and where it has speech; the bounds of every upload apply (C27).

    Raises ValidationFailed for a recording that a task would reject.
    """
    limits = services.settings.limits
    upload.check_size(limits)
    with upload.receive(upload.boundary(), limits, services.upload_quota) as received:
        try:
            found = services.appliance.in_slot(lambda: voice.overview(received.open(), limits.max_audio_seconds))
        except voice.UnusableAudio as error:
            raise ValidationFailed([Detail(error.location, error.message, "media")]) from error
    body = asdict(found)
    for channel in body["channels"]:
        channel["speech_length"] = round(sum(end - start for start, end in channel["speech"]), 2)
    return json_response({"file_name": received.name, "size": received.size, **body})
