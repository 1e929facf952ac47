"""Faults: what can be made to go wrong on the wire, on command. Data, and one pure function that says when one strikes.

A fault acts on an answer and never on a stored record, so whatever it shows, the laws of the lifecycle hold beneath it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

MAX_DELAY = 60
Delays = Annotated[float, Meta(ge=0, le=MAX_DELAY)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Status(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="status"):
    """Refuse with this status instead of doing the work: in the vendor's form, or as a proxy's HTML page."""

    status: Literal[400, 403, 404, 405, 413, 422, 429, 500, 502, 503, 504, 507]
    retry_after: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    """Seconds; on 429 they come with the `x-ratelimit-*` headers (contract 2.3)."""
    body: Literal["json", "html"] = "json"


class Delay(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="delay"):
    """Answer late by this many real seconds, or with `during` stop for them in the middle of the answer."""

    seconds: Delays
    during: bool = False


class Reset(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="reset"):
    """Do the work, then break the connection instead of answering (RST)."""


class Close(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="close"):
    """Do the work, then close the connection without an answer (FIN)."""


class Cut(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cut"):
    """End the connection after this many bytes of the answer's body."""

    after: Annotated[int, Meta(ge=0)]


class WrongLength(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wrong-length"):
    """Declare a Content-Length that is off by this many bytes."""

    by: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]

    def __post_init__(self) -> None:
        if self.by == 0:
            raise ValueError("a length that is off by 0 is right: give another number")


class BrokenJson(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="broken-json"):
    """Answer with the first half of the JSON text, as if it were all."""


class Empty(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="empty"):
    """Answer 200 with no body."""


class NoLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="no-location"):
    """Leave both location headers out of a 202."""


class WrongLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="wrong-location"):
    """Point a 202 at a task that is not there."""


class ForeignLocation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="foreign-location"):
    """Point a 202 at another origin."""

    origin: str = "http://elsewhere.invalid"


class LostTask(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lost-task"):
    """Answer 404 for a task that is there."""


class NeverEnding(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="never-ending"):
    """Show a task as running that is final."""


class OutOfOrder(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="out-of-order"):
    """Show a state out of its turn: running while the task is pending, pending while it runs, running at its end."""


PostFault = NoLocation | WrongLocation | ForeignLocation
GetFault = LostTask | NeverEnding | OutOfOrder
WireFault = Delay | Reset | Close | Cut | WrongLength | BrokenJson | Empty
Fault = Status | WireFault | PostFault | GetFault
Method = Literal["POST", "GET"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a technology, as far as faults can tell calls apart; `now` in ms of the namespace's clock."""

    technology: str
    method: str
    now: int
    task_id: str | None = None


class FaultSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault and its address: which calls it strikes, from which one on, how often, and for how long."""

    fault: Fault
    technology: str | None = None
    method: Method | None = None
    task_id: str | None = None
    nth: Count = 1
    """The first call to be struck, among those that the address fits, counted from arming."""
    count: Count | UnsetType | None = UNSET
    """How many calls are struck; null is without end, as it is by itself for tasks that are lost or never end."""
    life: Annotated[float, Meta(ge=0)] | None = None
    """Seconds of the namespace's clock after which the fault is gone."""

    def __post_init__(self) -> None:
        wanted = "POST" if isinstance(self.fault, PostFault) else "GET" if isinstance(self.fault, GetFault) else None
        if wanted is not None and self.method not in {None, wanted}:
            raise ValueError(f"this fault acts on a {wanted} only, so it could never strike a {self.method}")

    @property
    def strikes(self) -> int | None:
        """How many calls are struck in all; None is without end."""
        if isinstance(self.count, UnsetType):
            return None if isinstance(self.fault, LostTask | NeverEnding) else 1
        return self.count


class ArmedFault(Struct, frozen=True):
    """An order that has been given, with what has become of it."""

    spec: FaultSpec
    until: int | None
    seen: int = 0
    struck: int = 0


def arm(spec: FaultSpec, now: int) -> ArmedFault:
    """Arm a fault at an instant of the namespace's clock."""
    return ArmedFault(spec, None if spec.life is None else now + round(spec.life * 1000))


def next_fault(faults: Sequence[ArmedFault], call: Call) -> tuple[tuple[ArmedFault, ...], Fault | None]:
    """Count a call, and tell which fault strikes it: the first one armed whose turn it is."""
    counted: list[ArmedFault] = []
    struck: Fault | None = None
    for armed in faults:
        if armed.until is not None and call.now >= armed.until:
            continue
        if not fits(armed.spec, call):
            counted.append(armed)
            continue
        seen = armed.seen + 1
        strikes = struck is None and seen >= armed.spec.nth
        counted.append(structs.replace(armed, seen=seen, struck=armed.struck + strikes))
        struck = armed.spec.fault if strikes else struck
    return tuple(armed for armed in counted if armed.spec.strikes is None or armed.struck < armed.spec.strikes), struck


def fits(spec: FaultSpec, call: Call) -> bool:
    """Tell whether a call is one that the order speaks of; what acts on a POST or a GET only waits for one."""
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
