"""Namespaces: separate from one another, bounded in number, and created by requests that change something."""

from concurrent.futures import ThreadPoolExecutor

from tests.http.wire import CONVERSION, EMBEDDING, EXTRACTION, NO_AUDIO, assert_refused, convert, extract, get, post
from voxdouble_mock import MockAppliance

READS = (
    "/_mock/tasks",
    "/_mock/requests",
    "/_mock/faults",
    "/_mock/clock",
    "/_mock/scenario",
    f"{EXTRACTION}/x",
    "/api/system/info",
    "/api/billing/consumptions",
)


def test_namespaces_are_separate(own_mock: MockAppliance) -> None:
    """Tasks and clock belong to one namespace, `Location` stays in it, and a reset changes no other."""
    one, two = f"{own_mock.url}/_ns/one", f"{own_mock.url}/_ns/two.2_-"
    location = convert(one, ["AAAA"]).headers["Location"]
    assert location.startswith(f"{one}{CONVERSION}/")
    assert get(location.replace("/_ns/one", "")).status_code == 404
    assert get(location.replace("/_ns/one", "/_ns/two.2_-")).status_code == 404
    post(two + "/_mock/clock/advance", json={"seconds": 100})
    assert get(location).json()["task"]["state"] == "pending"
    post(two + "/_mock/reset")
    post(own_mock.url + "/_mock/reset")
    assert get(location).json()["task"]["state"] == "pending"
    assert get(own_mock.url + "/_mock/tasks").json()["total"] == 0


def test_ids_with_a_seed_repeat() -> None:
    """The same seed and requests give the same bytes of every response (C24, P13)."""
    answers = []
    for _ in range(2):
        with MockAppliance(seed=7, clock="manual", location="path") as mock:
            answers.append([extract(f"{mock.url}{path}", NO_AUDIO).content for path in ("", "/_ns/a", "")])
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 3


def test_a_full_namespace_is_503_with_the_bound() -> None:
    """The message names the bound that is reached, and `Retry-After` is set (C28)."""
    with MockAppliance(max_tasks=1) as mock:
        convert(mock.url, ["AAAA"])
        refused = convert(mock.url, ["AAAA"])
        assert_refused(refused, 503, "internal")
        assert "1 live tasks" in refused.json()["message"]
        assert int(refused.headers["Retry-After"]) > 0


def test_one_namespace_over_the_bound_is_503() -> None:
    """Requests to a further namespace are refused with the bound in the message, existing ones continue (C28)."""
    with MockAppliance(max_namespaces=3) as mock:
        assert convert(mock.url, ["AAAA"]).status_code == 202
        for name in ("a", "b"):
            assert convert(mock.namespace(name).url, ["AAAA"]).status_code == 202
        refused = convert(mock.url + "/_ns/c", ["AAAA"])
        assert_refused(refused, 503, "internal")
        assert "at most 3 namespaces: reset one" in refused.json()["message"]
        assert get(mock.url + "/_ns/c/_mock/clock").status_code == 200
        assert convert(mock.namespace("a").url, ["AAAA"]).status_code == 202
        assert convert(mock.url, ["AAAA"]).status_code == 202
        assert post(mock.url + "/_ns/a/_mock/reset").status_code == 200
        assert convert(mock.url + "/_ns/c", ["AAAA"]).status_code == 202


def test_reading_creates_no_namespace() -> None:
    """GET requests to unused namespaces do not count towards the bound."""
    with MockAppliance(max_namespaces=2) as mock:
        for number in range(3):
            for path in READS:
                assert get(f"{mock.url}/_ns/n{number}{path}").status_code in {200, 404}
        assert [one["name"] for one in get(mock.url + "/_mock/namespaces").json()["namespaces"]] == [""]
        assert convert(mock.url + "/_ns/mine", ["AAAA"]).status_code == 202


def test_a_refused_post_creates_a_namespace_that_gives_way() -> None:
    """Its log can be read afterwards; when there is no room, it goes before namespaces that hold more (P7)."""
    with MockAppliance(max_namespaces=3) as mock:
        assert get(mock.url + "/api/system/info").status_code == 200
        assert convert(mock.url + "/_ns/kept", ["AAAA"]).status_code == 202
        for number in range(5):
            refused = f"{mock.url}/_ns/refused-{number}"
            assert convert(refused, "no list").status_code == 422
            assert [one["status"] for one in get(refused + "/_mock/requests").json()["requests"]] == [422]
        assert convert(mock.url + "/_ns/new", ["AAAA"]).status_code == 202
        names = [one["name"] for one in get(mock.url + "/_mock/namespaces").json()["namespaces"]]
        assert names == ["", "kept", "new"]
        assert convert(mock.url + "/_ns/refused", "no list").status_code == 422


def test_a_manual_clock_stands_still_before_its_namespace_exists(own_mock: MockAppliance) -> None:
    """Every reader of the clock sees the same instant, which is still shown after the namespace was created."""
    url = own_mock.url + "/_ns/later"
    before = [get(url + "/_mock/clock").json()["now"] for _ in range(2)]
    task = convert(url, ["AAAA"])
    [listed] = get(url + "/_mock/tasks").json()["tasks"]
    assert task.status_code == 202
    assert {*before, listed["submitted"], get(url + "/_mock/clock").json()["now"]} == {before[0]}


def test_sixteen_parallel_workers_are_separate() -> None:
    """Sixteen namespaces of one server have the same ids, the same faults and clocks of their own (P5, P13)."""
    with MockAppliance(clock="manual", seed=1, location="path") as mock:

        def work(name: str) -> list[object]:
            mine = mock.namespace(name)
            mine.fault("status", status=503, nth=2)
            started = [convert(mine.url, [EMBEDDING]) for _ in range(3)]
            location = mock.url + started[0].headers["Location"]
            states = []
            for step in (0, 0.05, 0.05, 3600):
                mine.clock.advance(step)
                polled = get(location)
                states.append(polled.json()["task"]["state"] if polled.ok else polled.status_code)
            mine.requests.expect(7)
            again = mock.namespace(name)
            again.reset()
            same = convert(mine.url, ["AAAA"]).json() == started[0].json()
            return [[response.status_code for response in started], states, same, len(mine.requests)]

        with ThreadPoolExecutor(16) as workers:
            results = list(workers.map(work, [f"worker-{number}" for number in range(16)]))
    assert results == [[[202, 503, 202], ["pending", "running", "done", 404], True, 1]] * 16
