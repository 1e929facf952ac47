"""The control routes: health, clock, tasks, reset, namespaces, and who may call them."""

import pytest
import requests

from tests.http.wire import CONVERSION, EXTRACTION, assert_refused, convert, extract, get
from voxdouble_mock import MockAppliance


def test_health_says_who_is_here(mock: MockAppliance) -> None:
    """Anybody may ask, by any Host."""
    answer = get(mock.url + "/_mock/health", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"service", "version"}
    assert answer.json()["service"] == "voxdouble"


def test_the_system_routes_answer(mock: MockAppliance) -> None:
    """Version and status, as the vendor has them (S74, S75, C31)."""
    assert get(mock.url + "/api/system/info").json()["version"].startswith("voxdouble ")
    assert get(mock.url + "/api/system/status").json() == {}


def test_the_index_lists_the_routes_and_cannot_be_framed(mock: MockAppliance) -> None:
    """A person with a browser finds what there is."""
    answer = get(mock.url + "/_mock/")
    assert "/_mock/clock/advance" in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_tasks_that_live_are_listed(mock: MockAppliance) -> None:
    """Expired ones are not, and each state is that of one instant."""
    first = convert(mock.url, ["AAAA"]).json()["task"]["task_id"]
    mock.clock.advance(3600)
    second = extract(mock.url).json()["task"]["task_id"]
    listed = get(mock.url + "/_mock/tasks").json()
    assert [(task["task_id"], task["state"]) for task in listed["tasks"]] == [(first, "rejected"), (second, "pending")]
    assert listed["total"] == 2
    mock.clock.advance(0.05)
    assert [task["task_id"] for task in get(mock.url + "/_mock/tasks").json()["tasks"]] == [second]


def test_the_clock_can_be_read_and_advanced(mock: MockAppliance) -> None:
    """An advance answers with the transitions it passed, in order of time."""
    before = get(mock.url + "/_mock/clock").json()
    assert (before["mode"], before["rate"]) == ("manual", 0)
    task_id = extract(mock.url).json()["task"]["task_id"]
    answer = requests.post(mock.url + "/_mock/clock/advance", json={"seconds": 10.5}, timeout=30).json()
    assert round(answer["now"] - before["now"], 3) == 10.5
    passed = [
        (entry["task_id"], entry["state"], round(entry["at"] - before["now"], 3)) for entry in answer["transitions"]
    ]
    assert passed == [(task_id, "running", 0.2), (task_id, "done", 0.7)]


def test_the_clock_can_change_its_mode(mock: MockAppliance) -> None:
    """Each mode is named with its rate, and what the clock shows never goes back."""
    shown = 0.0
    modes: list[tuple[dict[str, object], int]] = [
        ({"mode": "scale", "rate": 60}, 60),
        ({"mode": "real"}, 1),
        ({"mode": "manual"}, 0),
    ]
    for body, rate in modes:
        clock = requests.put(mock.url + "/_mock/clock", json=body, timeout=30).json()
        assert (clock["mode"], clock["rate"]) == (body["mode"], rate)
        assert clock["now"] >= shown
        shown = clock["now"]


@pytest.mark.parametrize(
    ("method", "path", "body", "location"),
    [
        ("POST", "/_mock/clock/advance", {}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": -1}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": "1"}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": True}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", {"seconds": 1e300}, ["body", "seconds"]),
        ("POST", "/_mock/clock/advance", [], ["body"]),
        ("PUT", "/_mock/clock", {}, ["body", "mode"]),
        ("PUT", "/_mock/clock", {"mode": ["real"]}, ["body", "mode"]),
        ("PUT", "/_mock/clock", {"mode": "scale"}, ["body", "rate"]),
        ("PUT", "/_mock/clock", {"mode": "scale", "rate": 0}, ["body", "rate"]),
    ],
)
def test_bad_control_requests_are_422(
    mock: MockAppliance, method: str, path: str, body: object, location: list[str]
) -> None:
    """What is wrong is named, and nothing moves."""
    before = get(mock.url + "/_mock/clock").json()
    assert_refused(
        requests.request(method, mock.url + path, json=body, timeout=30), 422, "request.validation-error", location
    )
    assert get(mock.url + "/_mock/clock").json() == before


@pytest.mark.parametrize("body", [b"", b"{}", b" {} "])
def test_reset_forgets_everything(mock: MockAppliance, body: bytes) -> None:
    """No task is listed afterwards, and old ids are 404."""
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    assert requests.post(mock.url + "/_mock/reset", data=body, timeout=30).status_code == 200
    assert get(mock.url + "/_mock/tasks").json() == {"tasks": [], "total": 0}
    assert get(location).status_code == 404


def test_namespaces_do_not_meet(mock: MockAppliance) -> None:
    """Tasks and clock belong to one namespace, `Location` stays in it, and a reset leaves the others alone."""
    one, two = f"{mock.url}/_ns/one", f"{mock.url}/_ns/two.2_-"
    location = convert(one, ["AAAA"]).headers["Location"]
    assert location.startswith(f"{one}{CONVERSION}/")
    assert get(location.replace("/_ns/one", "")).status_code == 404
    assert get(location.replace("/_ns/one", "/_ns/two.2_-")).status_code == 404
    requests.post(two + "/_mock/clock/advance", json={"seconds": 100}, timeout=30)
    assert get(location).json()["task"]["state"] == "pending"
    requests.post(two + "/_mock/reset", timeout=30)
    requests.post(mock.url + "/_mock/reset", timeout=30)
    assert get(location).json()["task"]["state"] == "pending"
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0


CONTROL = ["/_mock/", "/_mock/openapi.json", "/_mock/tasks", "/_mock/clock", "/_ns/a/_mock/clock", "/_mock"]


@pytest.mark.parametrize("path", CONTROL)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost@evil"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "localhost", "Origin": "http://localhost:81"},
        {"Host": "[::1].evil"},
        {"Host": ""},
    ],
)
def test_control_routes_answer_no_strangers(mock: MockAppliance, path: str, headers: dict[str, str]) -> None:
    """Another Host (DNS rebinding) or Origin gets 403 and no CORS header (P4)."""
    answer = get(mock.url + path, headers=headers)
    assert answer.status_code in {400, 403}
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "127.0.0.1:1"},
        {"Host": "[::1]:9"},
        {"Host": "LOCALHOST:8000"},
        {"Host": "mock.internal"},
        {"Host": "voices.example"},
        {"Host": "localhost:5", "Origin": "http://localhost:5"},
    ],
)
def test_control_routes_answer_this_machine_and_whom_it_names(headers: dict[str, str]) -> None:
    """Loopback names with any port, the public URL's host and the control hosts."""
    with MockAppliance(control_hosts=("mock.internal",), public_url="http://voices.example:80") as mock:
        assert get(mock.url + "/_mock/clock", headers=headers).status_code == 200


def test_a_foreign_page_cannot_reset(mock: MockAppliance) -> None:
    """A browser's cross-origin POST carries its Origin, and changes nothing."""
    convert(mock.url, ["AAAA"])
    refused = requests.post(mock.url + "/_mock/reset", headers={"Origin": "http://evil.example"}, timeout=30)
    assert_refused(refused, 403, "request.forbidden")
    assert get(mock.url + "/_mock/tasks").json()["total"] == 1


@pytest.mark.parametrize("path", [f"{EXTRACTION}/x", "/api/system/info", "/_mock/tasks", "/_ns/a/api/system/info"])
@pytest.mark.parametrize(
    "authorization", [None, "Bearer wrong", "secret", "Basic secret", "Bearer secretx", "Bearer é"]
)
def test_a_token_is_asked_for_everywhere(path: str, authorization: str | None) -> None:
    """Without it, or with a wrong one, there is 403 (C26)."""
    with MockAppliance(token="secret") as mock:
        headers = {"Authorization": authorization.encode()} if authorization else {}
        assert_refused(get(mock.url + path, headers=headers), 403, "request.forbidden")
        assert get(mock.url + path, headers={"Authorization": "Bearer secret"}).status_code in {200, 404}


def test_health_needs_no_token() -> None:
    """A container's health check has none."""
    with MockAppliance(token="secret") as mock:
        assert get(mock.url + "/_mock/health").status_code == 200


def test_full_namespaces_are_503_with_retry_after() -> None:
    """The bound is named, and when to try again (C28)."""
    with MockAppliance(max_tasks=1) as mock:
        convert(mock.url, ["AAAA"])
        refused = convert(mock.url, ["AAAA"])
        assert_refused(refused, 503, "internal")
        assert "1 live tasks" in refused.json()["message"]
        assert int(refused.headers["Retry-After"]) > 0


def test_seeded_ids_repeat() -> None:
    """The same seed and requests give the same bytes of every answer (C24, P13)."""
    answers = []
    for _ in range(2):
        with MockAppliance(seed=7, clock="manual", location="path") as mock:
            answers.append([extract(f"{mock.url}{ns}").content for ns in ("", "/_ns/a", "")])
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 3


def test_one_namespace_too_many_is_503() -> None:
    """Its requests are refused by the bound's name, and those that are there go on."""
    with MockAppliance(max_namespaces=3) as mock:
        assert convert(mock.url, ["AAAA"]).status_code == 202
        for name in ("a", "b"):
            assert convert(mock.namespace(name).url, ["AAAA"]).status_code == 202
        refused = convert(mock.url + "/_ns/c", ["AAAA"])
        assert_refused(refused, 503, "internal")
        assert "3 namespaces" in refused.json()["message"]
        assert get(mock.url + "/_ns/c/_mock/clock").status_code == 503
        assert convert(mock.namespace("a").url, ["AAAA"]).status_code == 202
        assert convert(mock.url, ["AAAA"]).status_code == 202


def test_looking_brings_no_namespace_to_life() -> None:
    """Whoever only looks at a thousand names takes none of the places."""
    with MockAppliance(max_namespaces=2) as mock:
        for number in range(5):
            for path in ("/_mock/tasks", "/_mock/requests", "/_mock/faults", f"{EXTRACTION}/x", "/api/system/info"):
                assert get(f"{mock.url}/_ns/n{number}{path}").status_code in {200, 404}
        assert convert(mock.url + "/_ns/mine", ["AAAA"]).status_code == 202


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_pages_are_refused_by_what_browsers_say_of_them(mock: MockAppliance, site: str) -> None:
    """An image or a form of another site sends no Origin, but says whose it is (P4)."""
    assert_refused(get(mock.url + "/_mock/tasks", headers={"Sec-Fetch-Site": site}), 403, "request.forbidden")
    for own in ("same-origin", "none"):
        assert get(mock.url + "/_mock/tasks", headers={"Sec-Fetch-Site": own}).status_code == 200


def test_a_forwarded_host_opens_no_control_route() -> None:
    """A page that has its own name lead to this machine can send X-Forwarded-Host too."""
    with MockAppliance(trusted_proxies=("127.0.0.1",)) as mock:
        headers = {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1"}
        assert_refused(get(mock.url + "/_mock/tasks", headers=headers), 403, "request.forbidden")


def test_small_steps_add_up(mock: MockAppliance) -> None:
    """A clock that is asked to move does, by a millisecond at least."""
    before = mock.clock.now()
    for _ in range(10):
        mock.clock.sleep(0.0004)
    assert mock.clock.now() - before >= 0.004
