"""Steps that the tests of stores take, and a real time that they set."""

from dataclasses import dataclass, replace

from voxdouble_mock.core.clock import REAL, advance, start
from voxdouble_mock.core.fault import Call, FaultSpec, arm
from voxdouble_mock.core.request_log import LoggedRequest
from voxdouble_mock.core.task import State, Task
from voxdouble_mock.store import Change, Draft, NamespaceRecord, OpenRequest, Plan, Store, Stored, View

SECOND = 1000
HOUR = 3600 * SECOND
POST = Call("conversion", "POST")


@dataclass
class RealTime:
    """The real time of a store, in milliseconds."""

    now: int = 0

    def __call__(self) -> int:
        """Return the present time."""
        return self.now


def new_record(now: int, _: int) -> NamespaceRecord:
    """Return the record of a new namespace with a real clock."""
    return NamespaceRecord(start(REAL, now))


def plan(*, lifetime: int = HOUR, size: int = 2) -> Plan:
    """Return a task that is done at once and lives for `lifetime` milliseconds."""
    return Plan("conversion", State.DONE, b"x" * size, pending=0, running=0, lifetime=lifetime)


def submit(store: Store, namespace: str, *, lifetime: int = HOUR, size: int = 2) -> str:
    """Store a task and return its id."""
    task = submit_draft(store, namespace, Draft((), {None: plan(lifetime=lifetime, size=size)})).task
    assert task is not None
    return task.task_id


def submit_draft(store: Store, namespace: str, draft: Draft) -> Stored:
    """Send a POST that stores what a draft says."""
    stored: Stored | OpenRequest = store.begin(namespace, POST)
    while isinstance(stored, OpenRequest):
        stored = store.submit(stored, draft)
    return stored


def find(store: Store, namespace: str, task_id: str) -> Task | None:
    """Poll a task."""
    return store.begin(namespace, Call("conversion", "GET", task_id)).task


def create(store: Store, namespace: str) -> NamespaceRecord:
    """Return the record of a namespace, created if it does not exist."""
    return store.view(namespace, create=True).record


def move_clock(store: Store, namespace: str, seconds: float) -> NamespaceRecord:
    """Advance the clock of a namespace and return its new record."""

    def change(view: View) -> Change[None]:
        return Change(replace(view.record, clock=advance(view.record.clock, seconds)), None)

    store.change(namespace, change)
    return store.view(namespace).record


def arm_faults(store: Store, namespace: str, *specs: FaultSpec) -> None:
    """Arm faults in a namespace."""
    faults = tuple(arm(spec, 0, number + 1) for number, spec in enumerate(specs))
    store.change(namespace, lambda view: Change(replace(view.record, faults=faults), None))


def ids(store: Store, namespace: str) -> list[str]:
    """Return the ids of all tasks of a namespace."""
    return [task.task_id for task in store.tasks(namespace)[0]]


def entry(path: str = "/api/system/info") -> LoggedRequest:
    """Return a log entry."""
    return LoggedRequest(method="GET", path=path, status=200)
