"""The routes of the request log and of the namespaces: filters, deletion, listing."""

import pytest

from tests.http.wire import CONVERSION, EXTRACTION, NO_AUDIO, assert_refused, convert, delete, extract, get
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.request_log import MAX_ENTRIES, MAX_ENTRY_BYTES, LoggedRequest


@pytest.fixture
def log(mock: MockAppliance) -> str:
    """Send five requests; return the URL of the log."""
    extract(mock.url, NO_AUDIO)
    location = convert(mock.url, ["AAAA"]).headers["Location"]
    get(location)
    get(location)
    get(mock.url + "/api/unknown")
    return mock.url + "/_mock/requests"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("method=POST", [1, 2]),
        ("method=get", [3, 4, 5]),
        ("method=PUT", []),
        (f"path={EXTRACTION}", [1]),
        (f"path={CONVERSION}/*", [3, 4]),
        ("status=202", [1, 2]),
        ("status=404", [5]),
        ("limit=2", [4, 5]),
        ("limit=0", []),
        ("limit=9223372036854775807", [1, 2, 3, 4, 5]),
        ("since=3", [4, 5]),
        ("since=5", []),
        ("since=1&method=GET&status=200&limit=1", [4]),
        ("since=1&since=4", [5]),
    ],
)
def test_the_log_can_be_filtered(log: str, query: str, numbers: list[int]) -> None:
    """Entries that meet all conditions are returned oldest first, with `limit` the newest of them."""
    found = get(f"{log}?{query}").json()
    assert [entry["number"] for entry in found["requests"]] == numbers
    assert found["total"] == 5


@pytest.mark.parametrize(
    ("query", "location", "message"),
    [
        ("status=abc", "status", "`status` must be a whole number from 100 to 599, got 'abc'."),
        ("status=99", "status", "from 100 to 599"),
        ("limit=-1", "limit", "`limit` must be a whole number from 0"),
        ("limit=1.5", "limit", "`limit` must be a whole number"),
        ("since=99999999999999999999999", "since", "`since` must be a whole number"),
        ("since=" + "9" * 10_000, "since", "`since` must be a whole number"),
        (
            f"path={'a' * 200}*",
            "path",
            "`path` must be a pattern of at most 200 bytes, or a longer text without * and ?",
        ),
        ("methods=GET", "methods", "Unknown parameter 'methods', did you mean 'method'?"),
    ],
)
def test_an_invalid_filter_is_422(log: str, query: str, location: str, message: str) -> None:
    """The refusal is located at the parameter and says what it must be."""
    refused = get(f"{log}?{query}")
    assert_refused(refused, 422, "request.validation-error", ["query", location])
    assert message in refused.json()["message"]


def test_the_log_can_be_emptied(log: str) -> None:
    """After DELETE the log is empty, and later numbers continue, so that `since` still works."""
    assert delete(log).status_code == 200
    assert get(log).json() == {"requests": [], "total": 0}
    get(log.replace("/_mock/requests", "/api/unknown"))
    found = get(log + "?since=5").json()
    assert [entry["number"] for entry in found["requests"]] == [6]
    assert found["total"] == 1


def test_a_filter_on_delete_is_refused(log: str) -> None:
    """DELETE would ignore it and empty the whole log, so it is refused and changes nothing."""
    assert_refused(delete(log + "?path=/api/*"), 422, "request.validation-error", ["query", "path"])
    assert get(log).json()["total"] == 5


def test_a_thousand_entries_fit_whatever_the_headers(mock: MockAppliance) -> None:
    """An entry of a request with huge headers has at most 2 KiB, and the log says what it dropped."""
    headers = {f"X-Header-{number}": "x" * 900 for number in range(40)}
    headers["X-First"] = "y" * 20_000
    get(mock.url + "/api/unknown?" + "q" * 3000 + "=1", headers={**headers, "X-Short": "1"})
    text = get(mock.url + "/_mock/requests").content
    [entry] = get(mock.url + "/_mock/requests").json()["requests"]
    assert len(text) <= MAX_ENTRY_BYTES + 100
    assert entry["dropped"]["headers"] > 20
    assert entry["headers"]["x-short"] == "1"


def test_an_expectation_says_that_the_log_dropped_requests(mock: MockAppliance) -> None:
    """After more than a thousand requests the message of a failed expectation has the number of dropped ones."""
    control = mock._parts.control
    for _ in range(MAX_ENTRIES + 5):
        control.log("", LoggedRequest(method="GET", path="/", status=404))
    assert len(mock.requests) == MAX_ENTRIES
    with pytest.raises(AssertionError, match="without 5 requests before these, which the log dropped"):
        mock.requests.matching(method="GET").expect(MAX_ENTRIES + 5, status=404)


def test_an_unknown_query_parameter_is_a_warning(mock: MockAppliance) -> None:
    """A parameter that the technology ignores is in the log, with the ones that it takes, the closest first (C17)."""
    extract(mock.url, NO_AUDIO, include_vector="true", channels="0")
    location = convert(mock.url, ["AAAA"], params={"channels": "0"}).headers["Location"]
    get(location + "?full=1")
    started, converted, polled = mock.requests
    [warning] = started.warnings
    assert warning.startswith("query parameter 'include_vector' was ignored, did you mean include_vector_voiceprint?")
    assert "takes channel_mode, channels, include_vector_voiceprint" in warning
    assert converted.warnings[0].startswith("query parameter 'channels' was ignored.")
    assert polled.warnings[0].startswith("query parameter 'full' was ignored.")
    extract(mock.url, NO_AUDIO, channels="0")
    assert mock.requests[-1].warnings == ()


def test_namespaces_are_listed_at_the_base_url(own_mock: MockAppliance) -> None:
    """Each namespace has its name, tasks and requests; below a namespace the path is unknown."""
    convert(own_mock.url + "/_ns/b", ["AAAA"])
    own_mock.namespace("a")
    get(own_mock.url + "/api/unknown")
    found = get(own_mock.url + "/_mock/namespaces").json()
    assert found["total"] == 3
    listed = [(entry["name"], entry["tasks"], entry["requests"]) for entry in found["namespaces"]]
    assert listed == [("", 0, 1), ("a", 0, 0), ("b", 1, 1)]
    assert all(entry["idle"] >= 0 for entry in found["namespaces"])
    assert_refused(get(own_mock.url + "/_ns/b/_mock/namespaces"), 404, "resource.not-found")
