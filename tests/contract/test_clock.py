"""The clock of a target, as the suite reads and moves it."""

import json
from typing import Any

import pytest
import requests

from voxdouble_contract.target.clock import Clock


class Answering(requests.Session):
    """A session whose responses all have this status and this JSON body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__()
        self._status = status
        self._body = body

    def request(self, *_: Any, **__: Any) -> requests.Response:
        """Return the response, without a request."""
        response = requests.Response()
        response.status_code = self._status
        response._content = json.dumps(self._body).encode()
        return response


def test_a_clock_that_stands_at_zero_is_read() -> None:
    """The instant 0 is a time like any other."""
    assert Clock(Answering(200, {"now": 0, "mode": "manual"}), "http://a").now() == 0.0


@pytest.mark.parametrize("body", [{}, {"now": None}, {"now": "7"}, {"now": True}, [], 7])
def test_a_response_without_a_time_is_unproven(body: Any) -> None:
    """A response without a number in `now` ends the test unproven."""
    with pytest.raises(pytest.skip.Exception, match="could not be read"):
        Clock(Answering(200, body), "http://a").now()


def test_a_move_counts_only_if_the_target_made_it() -> None:
    """A refused move ends the test unproven, and does not change the time that has passed."""
    clock = Clock(Answering(503, {"type": "internal"}), "http://a", own=True)
    with pytest.raises(pytest.skip.Exception, match="could not be moved"):
        clock.advance(5.0)
    assert clock.elapsed == 0.0
    moved = Clock(Answering(200, {"now": 5.0}), "http://a", own=True)
    moved.advance(5.0)
    assert moved.elapsed == 5.0
