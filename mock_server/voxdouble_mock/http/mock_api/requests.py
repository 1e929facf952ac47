"""The routes /_mock/requests: the log of requests to the vendor's paths."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec
from flask import Flask, Response

from voxdouble_mock.core.patterns import Pattern
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.http.current_request import namespace, query
from voxdouble_mock.http.json_responses import json_response
from voxdouble_mock.http.mock_api.query_parameters import (
    ASK_FOR_LESS,
    MAX_NUMBER,
    kept_pattern,
    read_parameters,
    whole_number,
)
from voxdouble_mock.http.routing import add_route
from voxdouble_mock.http.services import Services


@dataclass(frozen=True, slots=True)
class Filter:
    """The parameters of a query that select entries; None selects all."""

    method: str | None = None
    path: Pattern | None = None
    status: int | None = None
    limit: int | None = None
    """The most entries to return, the newest ones."""
    since: int = 0
    """Entries with a greater number are returned."""

    def accepts(self, entry: LoggedRequest) -> bool:
        """Return whether the filter selects an entry, `limit` aside."""
        return (
            entry.number > self.since
            and self.method in {None, entry.method}
            and self.status in {None, entry.status}
            and (self.path is None or self.path.matches(entry.path))
        )


def register(app: Flask, services: Services) -> None:
    """Add the routes."""
    add_route(app, "GET", "/_mock/requests", partial(get_requests, services))
    add_route(app, "DELETE", "/_mock/requests", partial(delete_requests, services))


def get_requests(services: Services) -> Response:
    """Return the kept entries that the query selects, oldest first, and the number since the log was emptied."""
    selection, name = Filter(**read_parameters(query(), READERS)), namespace()

    def make() -> bytes:
        kept, total = services.control.requests(name)
        selected = [entry for entry in kept if selection.accepts(entry)]
        if selection.limit is not None:
            selected = selected[max(0, len(selected) - selection.limit) :]
        return msgspec.json.encode({"requests": selected, "total": total})

    return services.large_responses.respond(make, advice=ASK_FOR_LESS)


def delete_requests(services: Services) -> Response:
    """Delete all entries; the numbers of later ones continue."""
    services.control.clear_log(namespace())
    return json_response({})


READERS: dict[str, Callable[[str], object]] = {
    "method": str.upper,
    "path": kept_pattern,
    "status": whole_number(100, 599),
    "limit": whole_number(0, MAX_NUMBER),
    "since": whole_number(0, MAX_NUMBER),
}
