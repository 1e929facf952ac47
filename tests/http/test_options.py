"""The options of a namespace: read, changed and reset while the mock runs."""

from pathlib import Path

import pytest

from tests.http.wire import assert_refused, get, post, put
from voxdouble_mock import MockAppliance

OWN = {"generation": "e4", "members": "absent", "pack": ""}


def test_a_new_namespace_has_the_options_of_the_server() -> None:
    """GET returns the options that the server was started with, in every namespace."""
    with MockAppliance(generation="e2", members="null") as mock:
        for url in (mock.url, mock.url + "/_ns/other"):
            assert get(url + "/_mock/options").json() == {**OWN, "generation": "e2", "members": "null"}


def test_options_are_changed_one_by_one(mock: MockAppliance) -> None:
    """PUT changes the options that it names, leaves the others, and returns all."""
    assert put(mock.url + "/_mock/options", json={"generation": "e1"}).json() == {**OWN, "generation": "e1"}
    changed = {**OWN, "generation": "e1", "members": "null"}
    assert put(mock.url + "/_mock/options", json={"members": "null"}).json() == changed
    assert put(mock.url + "/_mock/options", json={}).json() == changed
    assert get(mock.url + "/_mock/options").json() == changed


def test_options_belong_to_one_namespace(mock: MockAppliance) -> None:
    """A change in one namespace changes no other one."""
    put(mock.url + "/_ns/one/_mock/options", json={"generation": "e3"})
    assert get(mock.url + "/_ns/one/_mock/options").json()["generation"] == "e3"
    for url in (mock.url, mock.url + "/_ns/two"):
        assert get(url + "/_mock/options").json() == OWN


def test_a_reset_returns_to_the_options_of_the_server() -> None:
    """After a reset the options are those that the server was started with, not the defaults."""
    with MockAppliance(generation="e3") as mock:
        put(mock.url + "/_mock/options", json={"generation": "e1", "members": "null"})
        post(mock.url + "/_mock/reset")
        assert get(mock.url + "/_mock/options").json() == {**OWN, "generation": "e3"}


@pytest.mark.parametrize(
    ("body", "location", "allowed"),
    [
        ({"generation": "e5"}, ["body", "generation"], "e1, e2, e3, e4"),
        ({"generation": "E1"}, ["body", "generation"], "e1, e2, e3, e4"),
        ({"generation": 4}, ["body", "generation"], "e1, e2, e3, e4"),
        ({"members": "none"}, ["body", "members"], "absent, null"),
        ({"member": "null"}, ["body"], "generation"),
        (["e1"], ["body"], "JSON object"),
    ],
)
def test_invalid_options_are_refused(mock: MockAppliance, body: object, location: list[str], allowed: str) -> None:
    """An unknown option or value is refused with 422 and the allowed ones, and nothing is changed."""
    refused = put(mock.url + "/_mock/options", json=body)
    assert_refused(refused, 422, "request.validation-error", location)
    assert allowed in refused.json()["detail"][0]["message"]
    assert get(mock.url + "/_mock/options").json() == OWN


def test_python_changes_options_too(mock: MockAppliance) -> None:
    """`options` changes and returns the options of a namespace, and refuses unknown ones by name."""
    assert mock.options() == OWN
    private = mock.namespace("private")
    assert private.options(generation="e1") == {**OWN, "generation": "e1"}
    assert mock.options() == OWN
    private.reset()
    assert private.options() == OWN
    for wrong in ({"generation": "e9"}, {"generations": "e1"}):
        with pytest.raises(ValueError, match="generation"):
            mock.options(**wrong)


def test_only_changed_options_are_stored(tmp_path: Path) -> None:
    """A durable store keeps the options that were changed; the others are those of the server that runs."""
    store = f"sqlite:{tmp_path / 'store'}"
    with MockAppliance(store=store, generation="e2") as mock:
        mock.options(members="null")
    with MockAppliance(store=store, generation="e3") as mock:
        assert mock.options() == {**OWN, "generation": "e3", "members": "null"}
