"""GET /api/billing/consumptions and GET /api/billing/capacities: the audio that was processed, and whether more may be.

The vendor documents the members (S83, S84); the labels, the period and the listed technologies are choices (C36, C43).
"""

from collections.abc import Mapping
from functools import partial

from flask import Flask, Response

from voxdouble_mock.core.calendar_month import month_at
from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.http.current_request import namespace
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.services import Services
from voxdouble_mock.http.vendor.offered import offers
from voxdouble_mock.http.vendor.view_result import add_vendor_route
from voxdouble_mock.technologies import all_technologies
from voxdouble_mock.technologies._technology import Billing

PERIOD = "month"


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_vendor_route(app, services, "/api/billing/consumptions", partial(get_consumptions, services))
    add_vendor_route(app, services, "/api/billing/capacities", partial(get_capacities, services))


def get_consumptions(services: Services) -> Response:
    """Return one item for each technology that has processed audio, in seconds over all channels."""
    processed = services.appliance.audio_processed(namespace())
    items = [
        {
            "labels": labels_of(billing),
            "consumptions": [{"property": "processed_audio_length", "consumption": to_seconds(processed[name])}],
        }
        for name, billing in billed().items()
        if name in processed
    ]
    return json_response({"items": items})


def get_capacities(services: Services) -> Response:
    """Return one item for each offered technology that counts audio, with the month of the namespace's clock."""
    start, end = month_of(services.appliance.clock(namespace())[1])
    record = services.control.record(namespace())
    used_up = record.scenario.used_up if record.scenario else ()
    items = [
        {
            "labels": labels_of(billing),
            "current_period": {
                "period": PERIOD,
                "start_time": start,
                "end_time": end,
                "has_remaining_capacity": name not in used_up,
            },
        }
        for name, billing in billed().items()
        if offers(services, record, name)
    ]
    return json_response({"items": items})


def billed() -> Mapping[str, Billing]:
    """Return the labels of the technologies that count audio, by the names of the technologies."""
    found = {name: getattr(one, "billing", None) for name, one in all_technologies().items()}
    return {name: billing for name, billing in found.items() if billing is not None}


def labels_of(billing: Billing) -> list[dict[str, str]]:
    """Return the labels of a technology in the vendor's billing."""
    return [
        {"key": "technology", "value": billing.technology},
        {"key": "vendor", "value": "phonexia"},
        {"key": "operation", "value": billing.operation},
    ]


def month_of(milliseconds: int) -> tuple[str, str]:
    """Return the beginning of an instant's month and of the next one, in UTC, such as 2026-11-01T00:00:00Z."""
    year, month = month_at(milliseconds)
    months = year * 12 + month - 1
    start, end = (f"{number // 12:04}-{number % 12 + 1:02}-01T00:00:00Z" for number in (months, months + 1))
    return start, end
