"""The mock inside the caller's process."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map

from tests.http.wire import EMBEDDING, EXTRACTION, convert, get, put
from voxdouble_mock import MockAppliance, namespace_name
from voxdouble_mock.core.namespace_names import check_name
from voxdouble_mock.http import routing


def test_several_mocks_are_separate() -> None:
    """Each mock has a port, tasks and a clock of its own."""
    with MockAppliance(clock="manual") as one, MockAppliance(clock="manual") as two:
        location = convert(one.url, ["AAAA"]).headers["Location"]
        two.clock.advance(100)
        assert one.url != two.url
        assert get(location).json()["task"]["state"] == "pending"
        assert get(location.replace(one.url, two.url)).status_code == 404


def test_the_first_mocks_of_a_process_can_be_made_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mocks of a process share the compiled routes, and each answers with its own state from its start on."""
    monkeypatch.setattr(routing, "_urls", Map(merge_slashes=False))
    monkeypatch.setattr(routing, "_mapped", set())

    def generation_of(index: int) -> tuple[str, int, int]:
        with MockAppliance(generation=f"e{index % 4 + 1}") as mock:
            refused = put(mock.url + EXTRACTION).status_code
            unknown = get(mock.url + "/_mock/unknown").status_code
            return get(mock.url + "/_mock/options").json()["generation"], refused, unknown

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(generation_of, range(8))) == [(f"e{index % 4 + 1}", 405, 404) for index in range(8)]


@pytest.mark.parametrize("clock", ["real", "manual", "scale:0.001"])
def test_a_sleep_on_the_clock_returns_at_once(clock: str) -> None:
    """In every mode `sleep` advances the mock's clock without waiting, and `now` shows it."""
    with MockAppliance(clock=clock, pending=300, running=300) as mock:
        location = convert(mock.url, ["e30="]).headers["Location"]
        real, before = time.monotonic(), mock.clock.now()
        mock.clock.sleep(600)
        assert mock.clock.now() - before >= 600
        assert time.monotonic() - real < 60
        assert get(location).json()["task"]["state"] == "rejected"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e11])
def test_an_impossible_advance_is_a_value_error(mock: MockAppliance, seconds: float) -> None:
    """`advance` and `sleep` refuse it with the allowed values, and the clock stays."""
    before = mock.clock.now()
    for move in (mock.clock.advance, mock.clock.sleep):
        with pytest.raises(ValueError, match=f"^`seconds` must be a number from 0 to 10000000000, got {seconds}"):
            move(seconds)
    assert mock.clock.now() == before


def test_reset_removes_the_tasks(mock: MockAppliance) -> None:
    """After a reset an earlier task is unknown."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    mock.reset()
    assert get(location).status_code == 404


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clock": "fast"}, "`clock` must be real, manual or scale:N with N above 0 and at most 1000000, got 'fast'."),
        ({"port": 99_999}, "`port` must be a whole number from 0 to 65535, got 99999."),
        ({"max_list": 0}, "`max_list` must be a whole number of at least 1, got 0."),
        ({"max_upload": -5}, "`max_upload` must be a whole number of at least 1, got -5."),
        ({"max_list": True}, "`max_list` must be a whole number of at least 1, got True."),
        ({"max_upload_seconds": float("nan")}, "`max_upload_seconds` must be a number of seconds from 0 to "),
        ({"pending": "soon"}, "`pending` must be a number of seconds from 0 to 1000000000, got 'soon'."),
        ({"seed": "x"}, "`seed` must be a whole number, got 'x'."),
        ({"token": "a b"}, "`token` must be one or more printable ASCII characters without spaces."),
        ({"location": "pth"}, "`location` must be one of absolute, path, got 'pth'."),
        ({"control_hosts": ("http://mock:8000",)}, "`control_hosts` must be a host name such as mock or [::1], "),
        ({"control_hosts": "mock"}, "`control_hosts` must be a list, got 'mock'."),
        ({"trusted_proxies": ["proxy"]}, "`trusted_proxies` must be an IP address or network such as 10.0.0.0/8, "),
        *(
            ({"public_url": url}, "`public_url` must be a base URL such as")
            for url in (
                "http://a:99999",
                "http://a:x",
                "http://a:0",
                "http://a b",
                "http://a/\n",
                "http://a?",
                "http://u@a",
            )
        ),
        ({"public_url": "http://[::1"}, "`public_url` must be a base URL such as http://appliance.example:8000, "),
    ],
    ids=str,
)
def test_invalid_options_are_refused(options: dict[str, Any], message: str) -> None:
    """A ValueError names the option, the allowed values and the given one (but not a token)."""
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        MockAppliance(**options)


def test_an_unknown_option_is_refused_with_the_closest_one() -> None:
    """A TypeError names the unknown option and lists the known ones, the closest first."""
    with pytest.raises(TypeError) as refused:
        MockAppliance(max_uplod=4)
    assert str(refused.value).startswith(
        "Unknown option 'max_uplod', did you mean 'max_upload'? Supported: max_upload,"
    )
    assert "clock" in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "explode"}, "Unknown fault 'explode'. Supported: status, delay, reset, close, cut, "),
        ({"kind": "statuss"}, "Unknown fault 'statuss', did you mean 'status'? Supported: status, "),
        ({"kind": "status", "status": 999}, "`status` must be one of 400, 403, 404, "),
        ({"kind": "status"}, "`status` is required in `fault`."),
        ({"kind": "delay", "secs": 1}, "Unknown fault member 'secs', did you mean 'seconds'? Supported: "),
        (
            {"kind": "reset", "tecnology": "x"},
            "Unknown fault member 'tecnology', did you mean 'technology'?",
        ),
        ({"kind": "reset", "method": "PUT"}, "`method` must be one of GET, POST, got 'PUT'."),
        ({"kind": "reset", "nth": 0}, "`nth` must be a whole number >= 1, got 0."),
    ],
    ids=str,
)
def test_invalid_faults_are_refused(mock: MockAppliance, fault: dict[str, Any], message: str) -> None:
    """A ValueError names the invalid member of a fault and lists the allowed values, as over HTTP."""
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        mock.fault(**fault)


def test_an_invalid_scenario_is_refused(mock: MockAppliance) -> None:
    """Rules given as Python data are checked like those of a file."""
    with pytest.raises(ValueError, match="Unknown member 'thn', did you mean 'then'"):
        mock.scenario({"rules": [{"thn": {}}]})


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "\u00e9", "a" * 65, "a\n"])
def test_an_invalid_name_of_a_namespace_is_refused_and_can_be_made_valid(mock: MockAppliance, name: str) -> None:
    """Python raises ValueError with the rule, HTTP responds 404 with it, and `namespace_name` makes a valid name."""
    with pytest.raises(ValueError, match="must be 1 to 64 characters of A-Z, a-z, 0-9, dot, underscore and hyphen"):
        mock.namespace(name)
    made = namespace_name(name)
    assert mock.namespace(made).url.endswith(f"/_ns/{made}")
    if name not in {".", "..", "", "a/b"}:  # these are other paths in a URL
        refused = get(f"{mock.url}/_ns/{quote(name, safe='')}/api/system/info")
        assert refused.status_code == 404
        assert "a name is 1 to 64 characters of A-Z" in refused.json()["message"]


@given(st.text())
def test_names_made_of_texts_are_valid_and_differ(text: str) -> None:
    """A valid text is kept, and any other becomes a valid name of its own."""
    made = namespace_name(text)
    assert check_name(made) == made == namespace_name(made)
    assert made == text or made != namespace_name(text + "!")


def test_representations_are_short(mock: MockAppliance) -> None:
    """Clock, namespace and transitions show their essentials in less than 200 characters."""
    convert(mock.url, [EMBEDDING])
    running, done = mock.clock.advance(10)
    assert (running.state, done.state) == ("running", "done")
    for shown in (mock, mock.namespace("a"), mock.clock, running):
        assert len(repr(shown)) < 200
    mock.clock.set("scale:60")
    assert repr(mock.clock).startswith("<MockClock scale:60 at 1")
    with pytest.raises(ValueError, match="`clock` must be real, manual or scale:N"):
        mock.clock.set("fast")


def test_a_mock_that_other_machines_reach_needs_a_token() -> None:
    """Without a token or `no_token=True`, an address beyond loopback is refused, as by the command (P5)."""
    with pytest.raises(ValueError, match="can be reached from other machines"):
        MockAppliance(host="0.0.0.0")
    for options in ({"token": "secret"}, {"no_token": True}):
        MockAppliance(host="0.0.0.0", **options)
