"""The four generations: the same requests to each of them differ exactly where `generations.toml` says."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import requests

from tests.http.wire import EMBEDDING, NO_AUDIO, assert_refused, extract, get, post, put, send
from voxdouble_fixtures.generations import GENERATIONS, Difference, differences, serves
from voxdouble_mock import MockAppliance
from voxdouble_mock.core.namespace_options import GENERATIONS as MOCK_GENERATIONS
from voxdouble_mock.technologies import discover
from voxdouble_mock.technologies._technology import MediaTechnology

TASKS = "/api/technology/"
COMPARISON = TASKS + "speaker-identification-voiceprint-comparison"
UNKNOWN_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
PAIR = {"voiceprints_a": [EMBEDDING], "voiceprints_b": [EMBEDDING]}
LISTS = {"voiceprints": [EMBEDDING, EMBEDDING], **PAIR}
CAPACITY_OF = {"gender_identification": "gender", "age_estimation": "age"}
"""The difference that decides on the capacity of a label."""
Reply = requests.Response


def start(technology: str, url: str) -> Reply:
    """Start a task of a technology."""
    if isinstance(discover()[technology], MediaTechnology):
        return post(url + TASKS + technology, files={"file": ("a.wav", NO_AUDIO)})
    return post(url + TASKS + technology, json=LISTS)


def extraction_with_vector(url: str) -> Reply:
    """Return the response to the poll of a finished extraction with `include_vector_voiceprint`."""
    started = extract(url, include_vector_voiceprint="true")
    post(url + "/_mock/clock/advance", json={"seconds": 1})
    return get(started.headers["X-Location"])


def unknown_task(technology: str, url: str) -> Reply:
    """Poll a task that does not exist."""
    return get(f"{url}{TASKS}{technology}/{UNKNOWN_ID}")


def wrong_method(technology: str, url: str) -> Reply:
    """Send a PATCH to a start path."""
    return send("PATCH", url + TASKS + technology)


REQUESTS: Mapping[str, Callable[[str], Reply]] = {
    **{
        f"{view.__name__} {name}": partial(view, name)
        for view in (start, unknown_task, wrong_method)
        for name in discover()
    },
    "extraction with vector": extraction_with_vector,
    "malformed id": lambda url: get(url + COMPARISON + "/not-a-uuid"),
    "wrong method of a task": lambda url: send("DELETE", url + COMPARISON + "/not-a-uuid"),
    "list missing": lambda url: post(url + COMPARISON, json={}),
    "broken JSON": lambda url: post(url + COMPARISON, data=b"{", headers={"Content-Type": "application/json"}),
    "wrong content type": lambda url: post(url + COMPARISON, data=b"{}", headers={"Content-Type": "text/plain"}),
    "wrong channel mode": lambda url: extract(url, channel_mode="both"),
    "tracing headers": lambda url: post(url + COMPARISON, json=PAIR, headers={"X-Request-Id": "1"}),
    "unknown path": lambda url: get(url + TASKS + "telepathy"),
    "info": lambda url: get(url + "/api/system/info"),
    "status": lambda url: get(url + "/api/system/status"),
    "capacities": lambda url: get(url + "/api/billing/capacities"),
    "consumptions": lambda url: get(url + "/api/billing/consumptions"),
}


@pytest.fixture(scope="module")
def replies() -> dict[str, dict[str, Reply]]:
    """Send every request to a mock of each generation."""
    found: dict[str, dict[str, Reply]] = {}
    for generation in GENERATIONS:
        with MockAppliance(generation=generation, clock="manual", seed=1) as mock:
            found[generation] = {name: request(mock.url) for name, request in REQUESTS.items()}
    return found


def members(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths of all members of a JSON value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield f"{path}/{key}"
        yield from members(inner, f"{path}/{key}")


def labels(capacities: Reply) -> set[str]:
    """Return the technologies in the labels of capacities."""
    return {item["labels"][0]["value"] for item in capacities.json()["items"]}


def responsible(name: str, older: Reply, newer: Reply) -> set[str]:
    """Return the ids of the differences that two replies to one request show; the name if none explains them."""
    if older.status_code != newer.status_code:
        technology = name.rsplit(maxsplit=1)[-1]
        explained = {one.id for one in differences() if technology in one.technologies}
        return {"malformed-id"} if name == "malformed id" else explained or {name}
    if name == "capacities":
        return {CAPACITY_OF[label] for label in labels(older) ^ labels(newer)}
    found = set()
    headers = set(older.headers) ^ set(newer.headers)
    if headers:
        found.add("location" if headers == {"Location"} and older.status_code == 202 else name)
    shown = set(members(older.json())) ^ set(members(newer.json()))
    if shown - {path for path in shown if "/vector_voiceprint" in path}:
        found.add(name)
    elif shown:
        found.add("vectors")
    return found


@pytest.mark.parametrize(("older", "newer"), list(pairwise(GENERATIONS)))
def test_neighbours_differ_where_the_table_says(replies: dict[str, dict[str, Reply]], older: str, newer: str) -> None:
    """The replies of two neighbouring generations differ by the observable differences between them, and no others."""
    found = set().union(*(responsible(name, replies[older][name], replies[newer][name]) for name in REQUESTS))
    assert found == {one.id for one in differences() if one.observable and one.values[older] != one.values[newer]}


def test_a_generation_is_chosen_for_each_namespace(own_mock: MockAppliance) -> None:
    """One server has namespaces of several generations, and a reset returns to the server's own."""
    old = own_mock.url + "/_ns/old"
    put(old + "/_mock/options", json={"generation": "e1"})
    assert "Location" not in start("speaker-identification-voiceprint-comparison", old).headers
    assert "Location" in start("speaker-identification-voiceprint-comparison", own_mock.url).headers
    post(old + "/_mock/reset")
    assert "Location" in start("speaker-identification-voiceprint-comparison", old).headers


def test_a_technology_that_is_not_served_is_unknown(mock: MockAppliance) -> None:
    """Its paths are 404 with a message that names the generations that serve it; nothing of the request is used."""
    mock.options(generation="e1")
    mock.fault("status", status=503)
    for method in ("POST", "GET", "PUT"):
        refused = send(method, mock.url + TASKS + "age-estimation")
        assert_refused(refused, 404, "resource.not-found")
        assert refused.json()["message"] == "Generation e1 does not serve age-estimation, which is served in e3, e4."
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0
    assert get(mock.url + "/_mock/faults").json()["faults"][0]["seen"] == 0


@pytest.mark.parametrize(
    "task_id", ["1", "not-a-uuid", UNKNOWN_ID + "0", "{" + UNKNOWN_ID + "}", UNKNOWN_ID[:-1] + "g"]
)
def test_malformed_ids_of_older_generations_are_422(mock: MockAppliance, task_id: str) -> None:
    """A malformed id is refused with the place of the error; a well-formed unknown one is 404 in every generation."""
    mock.options(generation="e3")
    assert_refused(get(f"{mock.url}{COMPARISON}/{task_id}"), 422, "request.validation-error", ["path", "task_id"])
    for known_form in (UNKNOWN_ID, UNKNOWN_ID.upper()):
        assert_refused(get(f"{mock.url}{COMPARISON}/{known_form}"), 404, "resource.not-found")


def test_ignored_vectors_are_a_warning_in_the_log(mock: MockAppliance) -> None:
    """Before the newest generation, `include_vector_voiceprint` is unknown: any value passes, and the log says so."""
    mock.options(generation="e3")
    assert extract(mock.url, include_vector_voiceprint="perhaps").status_code == 202
    assert "include_vector_voiceprint" in mock.requests[-1].warnings[0]


@pytest.mark.parametrize("generation", ["e2", "e4"])
@pytest.mark.parametrize(
    ("kind", "header"), [("no-location", False), ("wrong-location", True), ("foreign-location", True)]
)
def test_faults_of_the_location_change_the_headers_that_are_sent(
    mock: MockAppliance, generation: str, kind: str, header: bool
) -> None:
    """The faults act on `X-Location` alone where it is the only one."""
    mock.options(generation=generation)
    mock.fault(kind)
    started = start("speaker-identification-voiceprint-comparison", mock.url)
    assert started.status_code == 202
    expected = {"X-Location"} if generation == "e2" else {"Location", "X-Location"}
    assert {"Location", "X-Location"} & set(started.headers) == (expected if header else set())


@pytest.mark.parametrize("status", [429, 507])
def test_faults_send_what_older_documents_list(mock: MockAppliance, status: int) -> None:
    """429 and 507 come from a fault in an older generation, and never by themselves."""
    mock.options(generation="e3")
    mock.fault("status", status=status, technology="age-estimation-voiceprints")
    refused = start("age-estimation-voiceprints", mock.url)
    assert refused.status_code == status
    listed = get(mock.url + "/_mock/openapi.json").json()["paths"][TASKS + "age-estimation-voiceprints"]["post"]
    assert str(status) in listed["responses"]
    assert start("age-estimation-voiceprints", mock.url).status_code == 202


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_document_is_that_of_the_namespace(mock: MockAppliance, generation: str) -> None:
    """The document of a namespace has the version of its generation and exactly the technologies that it serves."""
    private = mock.namespace(f"document-{generation}")
    private.options(generation=generation)
    document: dict[str, Any] = get(private.url + "/_mock/openapi.json").json()
    assert document["info"]["version"] == generation.upper()
    described = {path.split("/")[3] for path in document["paths"] if path.startswith(TASKS)}
    assert described == {name for name in discover() if serves(generation, name)}


def test_the_differences_name_technologies_and_generations_of_the_mock() -> None:
    """Every technology in the table exists, the generations are the mock's, and each difference really differs."""
    assert GENERATIONS == MOCK_GENERATIONS
    for one in differences():
        assert set(one.technologies) <= set(discover()), one.id
        assert len(set(one.values.values())) > 1, one.id
    assert {one.id for one in differences() if is_code(one)} <= {"vectors", "location", "malformed-id"}


def is_code(one: Difference) -> bool:
    """Return whether a difference is observable, and not by which technologies are served."""
    return one.observable and not one.technologies
