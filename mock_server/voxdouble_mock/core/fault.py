"""Faults: what tests let go wrong deliberately, and the pure function that chooses the fault for a call.

A fault changes a response, never a stored task, so stored tasks keep the laws of the lifecycle under every fault. The
address of a fault is a technology, a method and a task; each may be absent. `nth`, `count` and `life` select among the
calls at this address. Other errors are not called faults.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from voxdouble_mock.core.clock import to_milliseconds
from voxdouble_mock.options import MAX_SECONDS

MAX_DELAY = 60
ORIGIN = r"^[A-Za-z][A-Za-z0-9+.-]*://[!-~]*\Z"
"""The beginning of a URL that can be sent in a header."""
DelaySeconds = Annotated[float, Meta(ge=0, le=MAX_DELAY)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Status(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="status"):
    """An error response with this status: of an armed fault before the body is read, of a rule after it.

    No task is stored.
    """

    status: Literal[400, 403, 404, 405, 413, 422, 429, 500, 502, 503, 504, 507]
    retry_after: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    """Seconds of the `Retry-After` header; a 429 also has the `x-ratelimit-*` headers."""
    body: Literal["json", "html"] = "json"
    """The vendor's error body, or the HTML page of a proxy."""


class Delay(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="delay"):
    """A delay of the response by this many real seconds, or with `during` a pause in the middle of its body."""

    seconds: DelaySeconds
    during: bool = False


class Reset(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="reset"):
    """A reset of the connection (RST) instead of a response, after the work is done."""


class Close(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="close"):
    """A close of the connection (FIN) instead of a response, after the work is done."""


class Cut(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cut"):
    """A close of the connection after this many bytes of the response body."""

    after: Annotated[int, Meta(ge=0, le=1_000_000_000)]


class WrongLength(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wrong-length"):
    """A Content-Length that is wrong by this many bytes."""

    by: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]

    def __post_init__(self) -> None:
        if self.by == 0:
            raise ValueError("`by` must not be 0, since the length is then right.")


class BrokenJson(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="broken-json"):
    """A body with only the first half of the JSON text, and a matching Content-Length."""


class Empty(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="empty"):
    """A 200 with an empty body."""


class NoLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="no-location"):
    """A 202 without its two location headers."""


class WrongLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wrong-location"):
    """A 202 whose location headers name a task that does not exist."""


class ForeignLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="foreign-location"):
    """A 202 whose location headers name another origin."""

    origin: Annotated[str, Meta(pattern=ORIGIN, max_length=1000)] = "http://elsewhere.invalid"


class LostTask(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lost-task"):
    """A 404 for a poll of an existing task."""


class NeverEnding(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="never-ending"):
    """A final task that is shown as running."""


class OutOfOrder(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="out-of-order"):
    """A wrong state: running for a pending or final task, pending for a running one."""


PostFault = NoLocation | WrongLocation | ForeignLocation
GetFault = LostTask | NeverEnding | OutOfOrder
WireFault = Delay | Reset | Close | Cut | WrongLength | BrokenJson | Empty
Fault = Status | WireFault | PostFault | GetFault
Method = Literal["POST", "GET"]


@dataclass(frozen=True, slots=True)
class Call:
    """The properties of a request below /api/ that the address of a fault can name."""

    technology: str | None
    """None for a call below /api/system/ or /api/billing/."""
    method: str
    task_id: str | None = None


class FaultSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault, its address, and the calls at this address to which it applies."""

    fault: Fault
    technology: str | None = None
    method: Method | None = None
    task_id: str | None = None
    nth: Count = 1
    """The first call to which the fault applies, counted among the calls at its address since it was armed."""
    count: Count | UnsetType | None = UNSET
    """The number of calls to which the fault applies; null is unlimited. See `limit` for the default."""
    life: Annotated[float, Meta(ge=0, le=MAX_SECONDS)] | None = None
    """Seconds of the namespace's clock after which the fault is disarmed."""

    def __post_init__(self) -> None:
        method = "POST" if isinstance(self.fault, PostFault) else "GET" if isinstance(self.fault, GetFault) else None
        if method is not None and self.method not in {None, method}:
            raise ValueError(f"`method` must be {method} for this kind of fault, got {self.method}")
        if self.task_id is not None and "POST" in {method, self.method}:
            raise ValueError("`task_id` must be absent for a fault of POSTs, since a POST names no task")

    @property
    def limit(self) -> int | None:
        """Return the number of calls to which the fault applies; None is unlimited.

        The default of `count` is 1, but unlimited for `lost-task` and `never-ending`.
        """
        if isinstance(self.count, UnsetType):
            return None if isinstance(self.fault, LostTask | NeverEnding) else 1
        return self.count


class ArmedFault(Struct, frozen=True):
    """An armed fault. Its counts are counters of the namespace, since they change with every call at its address."""

    spec: FaultSpec
    until: int | None
    """The instant at which it is disarmed, in milliseconds of the namespace's clock."""
    number: int
    """Its number among all faults that were armed in the namespace, from 1."""

    @property
    def counter_prefix(self) -> str:
        """Return the beginning of the names of its counters."""
        return f"fault:{self.number}:"

    @property
    def seen_counter(self) -> str:
        """Return the name of the counter of the calls at its address since it was armed."""
        return self.counter_prefix + "seen"

    @property
    def applied_counter(self) -> str:
        """Return the name of the counter of the calls that it has been applied to."""
        return self.counter_prefix + "applied"


FAULT_COUNTERS = "fault:"
"""The beginning of the names of the counters of all faults."""


def arm(spec: FaultSpec, now: int, number: int) -> ArmedFault:
    """Return a fault armed at an instant of the namespace's clock."""
    return ArmedFault(spec, None if spec.life is None else now + to_milliseconds(spec.life), number)


def is_armed(armed: ArmedFault, counters: Mapping[str, int], now: int) -> bool:
    """Return whether a fault is still armed at an instant: its life has not ended, and its calls are not used up."""
    in_time = armed.until is None or now < armed.until
    return in_time and (armed.spec.limit is None or counters.get(armed.applied_counter, 0) < armed.spec.limit)


def at_address(faults: Sequence[ArmedFault], call: Call) -> list[ArmedFault]:
    """Return the faults whose address includes a call, in order of precedence."""
    return [armed for armed in faults if is_at_address(call, armed.spec)]


def next_fault(
    faults: Sequence[ArmedFault], counters: Mapping[str, int], now: int
) -> tuple[list[str], ArmedFault | None]:
    """Return the counters that a call increases, and the fault that applies to it.

    `faults` are those whose address includes the call. The first of them that has reached its `nth` call applies.
    """
    counted: list[str] = []
    chosen: ArmedFault | None = None
    for armed in faults:
        if not is_armed(armed, counters, now):
            continue
        counted.append(armed.seen_counter)
        if chosen is None and counters.get(armed.seen_counter, 0) + 1 >= armed.spec.nth:
            counted.append(armed.applied_counter)
            chosen = armed
    return counted, chosen


def is_at_address(call: Call, spec: FaultSpec) -> bool:
    """Return whether the address of a fault includes a call.

    Some kinds of fault apply to a POST only, or to a GET only. A call outside the technologies is included only if the
    address names no technology, method or task, and the fault is neither a `PostFault` nor a `GetFault`.
    """
    if call.technology is None:
        named = spec.technology or spec.method or spec.task_id
        return not named and not isinstance(spec.fault, PostFault | GetFault)
    if isinstance(spec.fault, PostFault) and call.method != "POST":
        return False
    if isinstance(spec.fault, GetFault) and call.method != "GET":
        return False
    return all(
        wanted is None or wanted == found
        for wanted, found in [
            (spec.technology, call.technology),
            (spec.method, call.method),
            (spec.task_id, call.task_id),
        ]
    )
