"""The log of requests for tests: a sequence with assertions whose messages show the most similar request."""

from collections.abc import Sequence
from typing import Any, Self, overload

from voxdouble_mock.core.request_log import LoggedRequest, mismatches, nearest_miss
from voxdouble_mock.options import unknown_name


class SeenRequests(Sequence[LoggedRequest]):
    """The requests to the vendor's paths, oldest first.

    The names in `wanted` are members of `LoggedRequest` (`technology`, `method`, `status`, `query`, `file_name`, ...).
    Of a mapping, such as `query` or `headers`, only the given names are compared: `query={"channels": "0"}`. Raises
    TypeError for an unknown member.
    """

    def __init__(self, log: Sequence[LoggedRequest], *, dropped: int = 0) -> None:
        self._log = log
        self._dropped = dropped

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | Self:
        return self._with(self._log[index]) if isinstance(index, slice) else self._log[index]

    def __len__(self) -> int:
        return len(self._log)

    def __repr__(self) -> str:
        lines = [f"{entry.number}. {entry.method} {entry.path} -> {entry.status}" for entry in self._log]
        if self._dropped:
            lines.insert(0, f"(without {counted(self._dropped)} before these, which the log dropped)")
        return "\n".join([counted(len(self._log)), *lines])

    def _with(self, log: Sequence[LoggedRequest]) -> Self:
        """Return a part of these requests."""
        return type(self)(log, dropped=self._dropped)

    def matching(self, **wanted: Any) -> Self:
        """Return the requests that have the wanted members, as a sequence with the same assertions."""
        check_names(wanted)
        return self._with([entry for entry in self._log if not mismatches(entry, wanted)])

    def expect(self, times: int, **wanted: Any) -> None:
        """Assert that exactly `times` requests have the wanted members."""
        found = self.matching(**wanted)
        if len(found) != times:
            miss = f" {nearest_miss(self._log, wanted)}" if len(found) < times else ""
            expected = f"Expected {counted(times)}{describe(wanted)}, found {len(found)}."
            raise AssertionError(f"{expected}{miss}\n{self!r}")

    def expect_nth(self, nth: int, **wanted: Any) -> None:
        """Assert that the nth request of these, counted from 1, has the wanted members.

        On `appliance.requests` POSTs and GETs count together. For the second poll use
        `matching(method="GET").expect_nth(2, status=503)`.
        """
        check_names(wanted)
        if not 1 <= nth <= len(self._log):
            raise AssertionError(
                f"Expected a request {nth}{describe(wanted)}, found {counted(len(self._log))}.\n{self!r}"
            )
        differences = mismatches(self._log[nth - 1], wanted)
        if differences:
            raise AssertionError(f"Expected request {nth}{describe(wanted)}: {'; '.join(differences)}.\n{self!r}")


def check_names(wanted: dict[str, Any]) -> None:
    """Raise TypeError for a name that logged requests do not have."""
    for name in wanted:
        if name not in LoggedRequest.__struct_fields__:
            raise TypeError(unknown_name("request member", name, LoggedRequest.__struct_fields__))


def counted(number: int) -> str:
    """Return a number of requests in words."""
    return f"{number} request{'' if number == 1 else 's'}"


def describe(wanted: dict[str, Any]) -> str:
    """Return the wanted members in words; empty for no members."""
    return " with " + ", ".join(f"{name}={value!r}" for name, value in wanted.items()) if wanted else ""
