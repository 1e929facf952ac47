"""The public API: its names, documentation, types and pickles, and that no error of the libraries below leaks."""

import http.client
import inspect
import pickle
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3

import voxdouble_client
from tests.client.hostile import TASK_PATH
from voxdouble_client import (
    ApiError,
    ApplianceClient,
    ApplianceError,
    ContractError,
    PollTimeout,
    TaskAnswer,
    TaskError,
    TaskFailed,
    TaskHandle,
    TaskRejected,
    TransportError,
    _errors,
)
from voxdouble_client._clock import Clock
from voxdouble_client._polling import TaskPoller


def test_all_lists_every_public_name() -> None:
    """`__all__` is sorted and names every public name of the package, and no other."""
    public = [name for name in vars(voxdouble_client) if not name.startswith(("_", "cli"))]
    assert voxdouble_client.__all__ == sorted(public)


def test_the_package_is_typed() -> None:
    """Type checkers read the package's annotations."""
    assert (Path(voxdouble_client.__file__).parent / "py.typed").exists()


def public_members() -> Iterator[tuple[str, object]]:
    """Yield every public class and its public methods and properties."""
    for name in voxdouble_client.__all__:
        thing = getattr(voxdouble_client, name)
        yield name, thing
        for member, value in inspect.getmembers(thing):
            own = inspect.isfunction(value) or isinstance(value, property)
            if own and not member.startswith("_"):
                yield f"{name}.{member}", value


@pytest.mark.parametrize(("name", "thing"), list(public_members()))
def test_everything_public_is_documented(name: str, thing: object) -> None:
    """Every public class, method and property has a docstring."""
    assert len(inspect.getdoc(thing) or "") > 20


@pytest.mark.parametrize("name", voxdouble_client.__all__)
def test_public_classes_belong_to_the_package(name: str) -> None:
    """Tracebacks and pickles name `voxdouble_client`, not the module in which a class is written."""
    assert getattr(voxdouble_client, name).__module__ == "voxdouble_client"


def test_the_drawn_tree_of_errors_matches_the_classes() -> None:
    """The tree in the module's docstring is the tree of the classes."""
    drawn = re.findall(r"── (\w+) ", _errors.__doc__ or "")
    public = [name for name in voxdouble_client.__all__ if name.endswith(("Error", "Failed", "Rejected", "Timeout"))]
    assert sorted(drawn) == sorted(set(public) - {"ApplianceError", "TaskError"})
    for name in drawn:
        assert issubclass(getattr(voxdouble_client, name), ApplianceError)


def handle() -> TaskHandle[object]:
    """Return a handle of a client whose appliance does not exist."""
    return ApplianceClient("http://127.0.0.1:1").task(TASK_PATH)


WHY = TaskError("internal", "It broke.", [], {})
FAILED = TaskAnswer("id", "failed", None, WHY, {}, b"{}")
ERRORS = [
    ApplianceError("base"),
    TransportError("gone", url="u", may_have_run=True, timed_out=True, transient=False),
    ApiError("no", url="u", status=422, type="t", message="m", detail=[{"location": []}], retry_after=3.0),
    ApiError("no", url="u", status=502),
    TaskFailed("failed", url="u", answer=FAILED, error=WHY),
    TaskRejected("rejected", url="u", answer=FAILED, error=WHY),
    PollTimeout("late", handle=handle(), state="running", timeout=3.0),
    ContractError("odd", url="u"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_can_be_pickled(error: ApplianceError) -> None:
    """An error that is sent to another process keeps its class, message, attributes and notes."""
    error.add_note("in a pool")
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    ours, theirs = dict(vars(error)), dict(vars(twin))
    assert (ours.pop("handle", None) is None) == (theirs.pop("handle", None) is None)
    assert theirs == ours


def lost(status: int) -> ApiError:
    """Return the error of a poll that was answered with this status."""
    return ApiError("gone", url="u", status=status).attach_handle(handle())


TRANSIENT = {
    "an error of another kind": (ApplianceError("base"), False),
    "a lost connection": (TransportError("gone", url="u"), True),
    "an untrusted certificate": (TransportError("no", url="u", transient=False), False),
    "a refusal of the input": (ApiError("no", url="u", status=422), False),
    "an outage": (ApiError("no", url="u", status=503), True),
    "a full input storage": (ApiError("no", url="u", status=507), True),
    "an unknown technology": (ApiError("no", url="u", status=404), False),
    "a task that is lost or has expired": (lost(404), True),
    "a task that is gone": (lost(410), True),
    "a poll without permission": (lost(403), False),
    "a task that failed": (TaskFailed("failed", url="u", answer=FAILED, error=WHY), True),
    "a task that was rejected": (TaskRejected("rejected", url="u", answer=FAILED, error=WHY), False),
    "a task that goes on": (PollTimeout("late", handle=handle(), state="running", timeout=3.0), True),
    "a malformed response": (ContractError("odd", url="u"), False),
}


@pytest.mark.parametrize(("error", "transient"), TRANSIENT.values(), ids=TRANSIENT)
def test_every_error_says_whether_a_later_try_may_succeed(error: ApplianceError, transient: bool) -> None:
    """`transient` is there on every error, also after pickling."""
    assert error.transient is transient
    assert pickle.loads(pickle.dumps(error)).transient is transient


def test_a_pickled_handle_keeps_id_and_url() -> None:
    """A handle that is sent to another process has no client there, and its error names the method that helps."""
    twin = pickle.loads(pickle.dumps(handle()))
    assert (twin.task_id, twin.url) == (handle().task_id, handle().url)
    with pytest.raises(RuntimeError, match=r"use ApplianceClient\.task\('http://127\.0\.0\.1:1/"):
        twin.state()


def test_pickle_and_repr_contain_no_token() -> None:
    """Neither a repr nor a pickle of a handle contains the token."""
    appliance = ApplianceClient("http://127.0.0.1:1", token="s3cr3t")
    assert b"s3cr3t" not in pickle.dumps(appliance.task(TASK_PATH))
    assert "s3cr3t" not in repr(appliance) + repr(appliance.task(TASK_PATH))
    assert repr(appliance) == "<ApplianceClient http://127.0.0.1:1>"


def library_exceptions() -> list[type[Exception]]:
    """Return every exception of requests, urllib3, http.client, socket and ssl."""
    modules = (requests.exceptions, urllib3.exceptions, http.client, socket, ssl)
    classes = {
        thing
        for module in modules
        for thing in vars(module).values()
        if inspect.isclass(thing) and not thing.__name__.startswith("_")
    }
    errors = [thing for thing in classes if issubclass(thing, Exception) and not issubclass(thing, Warning)]
    return sorted((error for error in errors if error.__module__ != "builtins" or issubclass(error, OSError)), key=str)


@pytest.mark.parametrize("kind", library_exceptions(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
@pytest.mark.parametrize("where", ["send", "prepare_request"])
def test_no_exception_of_a_library_leaks(kind: type[Exception], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every exception of the libraries below becomes a TransportError, with a sentence and its cause."""

    def fail(*_: object, **__: object) -> None:
        raise kind.__new__(kind)

    monkeypatch.setattr(requests.Session, where, fail)
    appliance = ApplianceClient("http://127.0.0.1:1", sleep=lambda _: None)
    with appliance, pytest.raises(TransportError, match=r"^GET http://.* failed: .+\.$") as caught:
        appliance.task(TASK_PATH).state()
    assert isinstance(caught.value.__cause__, kind)


def test_a_keyboard_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during a request ends the call as a KeyboardInterrupt."""

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(requests.Session, "send", fail)
    with ApplianceClient("http://127.0.0.1:1") as appliance, pytest.raises(KeyboardInterrupt):
        appliance.extract_voiceprint(b"audio")


class FailingTransport:
    """A transport whose every request fails after ten seconds of its own clock."""

    def __init__(self) -> None:
        self.time = 0.0
        self.clock = Clock(now=lambda: self.time)

    def send(self, *_: object, **__: object) -> None:
        """Fail."""
        self.time += 10
        raise ApiError("refused with status 503", url="u", status=503)


def test_a_poll_timeout_keeps_its_cause() -> None:
    """A wait that ends at its deadline because polls failed names the failure, and has it as its cause."""
    poller = TaskPoller(FailingTransport(), "u", "id", lambda answer: answer, 60.0)  # type: ignore[arg-type]
    with pytest.raises(PollTimeout, match=r"The last poll failed: refused with status 503") as caught:
        poller.result(poller.deadline(5), None)
    assert isinstance(caught.value.__cause__, ApiError)
