"""The log of requests as tests use it: a sequence, with assertions whose messages show the nearest miss."""

from collections.abc import Sequence
from typing import Any, Self, overload

from voxdouble_mock.core.request_log import LoggedRequest, mismatches, nearest_miss


class SeenRequests(Sequence[LoggedRequest]):
    """The requests to the vendor's paths, oldest first.

    `wanted` names members of `LoggedRequest` (`technology`, `method`, `status`, `query`, `file_name`, ...); of `query`
    and `headers` only the members named count: `query={"channels": "0"}`.
    """

    def __init__(self, log: Sequence[LoggedRequest]) -> None:
        self._log = log

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | Self:
        return type(self)(self._log[index]) if isinstance(index, slice) else self._log[index]

    def __len__(self) -> int:
        return len(self._log)

    def __repr__(self) -> str:
        lines = [f"{entry.number}. {entry.method} {entry.path} -> {entry.status}" for entry in self._log]
        return "\n".join([f"{len(self._log)} requests", *lines])

    def matching(self, **wanted: Any) -> Self:
        """Give the requests that are as wanted."""
        check_names(wanted)
        return type(self)([entry for entry in self._log if not mismatches(entry, wanted)])

    def expect(self, times: int, **wanted: Any) -> None:
        """Assert that exactly `times` requests are as wanted."""
        found = self.matching(**wanted)
        if len(found) != times:
            miss = f" {nearest_miss(self._log, wanted)}" if len(found) < times else ""
            raise AssertionError(f"{len(found)} requests are {describe(wanted)}, not {times}.{miss}\n{self!r}")

    def expect_nth(self, nth: int, **wanted: Any) -> None:
        """Assert that the nth request of these, counted from 1, is as wanted."""
        check_names(wanted)
        if not 1 <= nth <= len(self._log):
            raise AssertionError(f"There is no request {nth} that could be {describe(wanted)}.\n{self!r}")
        differences = mismatches(self._log[nth - 1], wanted)
        if differences:
            raise AssertionError(
                f"Request {nth} of these is not {describe(wanted)}: {'; '.join(differences)}.\n{self!r}"
            )


def check_names(wanted: dict[str, Any]) -> None:
    """Refuse what no logged request has."""
    unknown = set(wanted) - set(LoggedRequest.__struct_fields__)
    if unknown:
        known = ", ".join(LoggedRequest.__struct_fields__)
        raise TypeError(f"A logged request has no {', '.join(sorted(unknown))}; it has {known}.")


def describe(wanted: dict[str, Any]) -> str:
    """Put what is wanted in words."""
    return "such that " + ", ".join(f"{name}={value!r}" for name, value in wanted.items()) if wanted else "any at all"
