"""The clock of a target: that of a mock can be moved, any other has to be waited for."""

import time
from typing import Any

import requests

from voxdouble_contract.judging.expectations import unproven

PATH = "/_mock/clock"
TIMEOUT_SECONDS = 30.0


class Clock:
    """The clock of the target at a base URL; `own` if the suite started the target with a manual clock."""

    def __init__(self, session: requests.Session, url: str, *, own: bool = False) -> None:
        self._session = session
        self._url = url + PATH
        self._own = own
        self._moved = 0.0
        self.mode = ""
        """`real`, `manual` or `scale` on a mock; empty for any other target, or one that does not tell."""

    @property
    def can_be_moved(self) -> bool:
        """Whether time passes only when the suite moves the clock, so that waiting costs no real time."""
        return self._own or self.mode == "manual"

    def read_mode(self) -> None:
        """Read the mode of a mock's clock."""
        response = self._request("GET")
        self.mode = str(response.get("mode", ""))

    def set_manual(self) -> bool:
        """Put a mock's clock into the mode `manual`; return whether the mock did it."""
        self.mode = str(self._request("PUT", json={"mode": "manual"}).get("mode", ""))
        return self.mode == "manual"

    def pass_time(self, seconds: float) -> None:
        """Wait for the target: advance its clock if that is possible, else sleep."""
        if self.can_be_moved:
            self.advance(seconds)
        else:
            time.sleep(seconds)

    @property
    def elapsed(self) -> float:
        """The target's time in seconds, from an arbitrary start: how far its clock was moved, else real time."""
        return self._moved if self.can_be_moved else time.monotonic()

    def now(self) -> float:
        """Return a mock's time in seconds; unproven if it could not be read."""
        found = self._request("GET").get("now")
        if isinstance(found, bool) or not isinstance(found, int | float):
            unproven("The target's clock could not be read.")
        return float(found)

    def advance(self, seconds: float) -> None:
        """Move a mock's clock ahead; unproven if the mock did not do it."""
        if not self._request("POST", "/advance", json={"seconds": seconds}):
            unproven("The target's clock could not be moved.")
        self._moved += seconds

    def _request(self, method: str, path: str = "", **options: Any) -> dict[str, Any]:
        """Return the JSON object of the response; an empty one for any other response, or none at all."""
        try:
            response = self._session.request(method, self._url + path, timeout=TIMEOUT_SECONDS, **options)
            found = response.json() if response.ok else {}
        except (requests.RequestException, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
