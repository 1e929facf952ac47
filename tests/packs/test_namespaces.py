"""Packs of namespaces: chosen by name with `/_mock/options`, each with its generation."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.wire import assert_refused, extract, get, post, put
from tests.packs.captured import FILES, copied
from voxdouble_mock import MockAppliance

NO_PACK = {"generation": "e4", "members": "absent", "pack": ""}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a pack of the newest generation and one of e2."""
    folder = tmp_path_factory.mktemp("packs")
    for source in ("newest", "older"):
        copied(source, folder / source, "--with-results")
    return folder


@pytest.fixture
def mock(packs: Path) -> Iterator[MockAppliance]:
    """Return a mock whose namespaces can choose the packs."""
    with MockAppliance(packs=packs, pending=0, running=0) as started:
        yield started


def origin(mock: MockAppliance, namespace: str) -> str:
    """Return the origin of an extraction in a namespace."""
    url = f"{mock.url}/_ns/{namespace}"
    assert extract(url, FILES[0].read_bytes()).status_code == 202
    return str(get(url + "/_mock/tasks").json()["tasks"][-1]["origin"])


def test_each_namespace_has_its_pack_and_its_generation(mock: MockAppliance) -> None:
    """The generation is that of the pack; a namespace without a choice computes."""
    for name, generation in (("newest", "e4"), ("older", "e2")):
        chosen = put(f"{mock.url}/_ns/{name}/_mock/options", json={"pack": name}).json()
        assert chosen == {**NO_PACK, "generation": generation, "pack": name}
        assert origin(mock, name) == "captured"
    assert origin(mock, "none") == "computed"
    assert get(mock.url + "/_mock/options").json() == NO_PACK


def test_a_pack_is_exchanged_and_put_away(mock: MockAppliance) -> None:
    """With another pack comes its generation, and without one that of the server, as after a reset."""
    url = f"{mock.url}/_ns/one"
    for body, expected in (
        ({"pack": "older"}, {"generation": "e2", "pack": "older"}),
        ({"members": "null"}, {"generation": "e2", "pack": "older", "members": "null"}),
        ({"pack": "newest", "generation": "e4"}, {"generation": "e4", "pack": "newest", "members": "null"}),
        ({"pack": ""}, {"members": "null"}),
        ({"generation": "e1"}, {"generation": "e1", "members": "null"}),
    ):
        assert put(url + "/_mock/options", json=body).json() == {**NO_PACK, **expected}
    assert origin(mock, "one") == "computed"
    put(url + "/_mock/options", json={"pack": "older", "generation": "e2"})
    post(url + "/_mock/reset")
    assert get(url + "/_mock/options").json() == NO_PACK


@pytest.mark.parametrize(
    ("present", "body", "location", "words"),
    [
        ({}, {"pack": "older", "generation": "e1"}, "generation", "that of the pack older, e2, got e1"),
        ({"generation": "e4"}, {"pack": "older"}, "pack", "that of the pack older, e2, got e4 from an earlier change"),
        ({"pack": "older"}, {"generation": "e4"}, "generation", "that of the pack older, e2, got e4"),
        ({}, {"pack": "other"}, "pack", "older, example, newest"),
        ({}, {"pack": "../newest"}, "pack", "newest, example, older"),
        ({}, {"pack": "."}, "pack", "example, newest, older"),
        ({}, {"pack": 1}, "pack", "text"),
    ],
)
def test_another_generation_and_an_unknown_pack_are_refused(
    mock: MockAppliance, present: dict[str, str], body: dict[str, Any], location: str, words: str
) -> None:
    """The options stay as they were, and the message says what would be right; a path names no pack."""
    before = put(mock.url + "/_mock/options", json=present).json()
    refused = put(mock.url + "/_mock/options", json=body)
    assert_refused(refused, 422, "request.validation-error", ["body", location])
    assert words in refused.json()["detail"][0]["message"]
    assert get(mock.url + "/_mock/options").json() == before


def test_a_path_names_no_pack_over_http(mock: MockAppliance, packs: Path) -> None:
    """The path of a pack is refused over HTTP, whereas Python code may give it."""
    assert put(mock.url + "/_mock/options", json={"pack": str(packs / "older")}).status_code == 422
    with MockAppliance(pending=0, running=0) as other:
        assert other.namespace("a").options(pack=packs / "older")["generation"] == "e2"
        assert origin(other, "a") == "captured"
        assert put(other.url + "/_ns/b/_mock/options", json={"pack": "older"}).status_code == 200
        with pytest.raises(ValueError, match=r"must be a pack, with a valid pack\.toml"):
            other.options(pack=packs)


def test_a_folder_that_is_not_a_pack_gets_no_name(packs: Path) -> None:
    """After its refusal it is not among the names that a later refusal lists."""
    with MockAppliance() as mock:
        for _ in range(2):
            with pytest.raises(ValueError, match=r"must be a pack, with a valid pack\.toml"):
                mock.options(pack=packs)
        with pytest.raises(ValueError, match="there is no such folder"):
            mock.options(pack="nowhere")
        refused = put(mock.url + "/_mock/options", json={"pack": "other"})
    assert refused.json()["detail"][0]["message"].endswith("Supported: example.")


def test_a_folder_with_the_name_of_another_pack_is_distinguished(packs: Path, tmp_path: Path) -> None:
    """A folder called `example`, or like a pack in the folder of packs, does not take the place of that pack."""
    for name in ("example", "newest"):
        shutil.copytree(packs / "older", tmp_path / name)
    with MockAppliance(packs=packs) as mock:
        for name in ("example", "newest"):
            assert mock.options(pack=name)["generation"] == "e4"
            assert mock.namespace("a").options(pack=tmp_path / name)["generation"] == "e2"
            assert mock.options(pack=name)["generation"] == "e4"
        assert mock.options(pack=packs / "newest")["pack"] == "newest"


def test_results_of_two_packs_are_kept_apart(mock: MockAppliance) -> None:
    """The result that was computed or captured in one namespace is not that of another with another pack."""
    for name in ("newest", "older"):
        put(f"{mock.url}/_ns/{name}/_mock/options", json={"pack": name})
    assert [origin(mock, name) for name in ("none", "newest", "older", "none")] == [
        "computed",
        "captured",
        "captured",
        "computed",
    ]


def test_a_pack_that_another_mock_on_the_store_lacks_is_named(packs: Path, tmp_path: Path) -> None:
    """A namespace whose pack is missing after a restart answers 503, and can choose another."""
    store = f"sqlite:{tmp_path / 'store'}"
    with MockAppliance(store=store, packs=packs) as mock:
        mock.options(pack="older")
    with MockAppliance(store=store) as mock:
        refused = extract(mock.url)
        assert_refused(refused, 503, "internal")
        assert "older" in refused.json()["message"]
        mock.options(pack="")
        assert extract(mock.url).status_code == 202


def test_a_folder_of_packs_must_be_one(tmp_path: Path) -> None:
    """The start is refused with the path."""
    with pytest.raises(ValueError, match="`packs` must be a folder"):
        MockAppliance(packs=tmp_path / "missing")


def test_the_default_pack_can_be_put_away(packs: Path) -> None:
    """A namespace of a mock with a pack can replay none, or another one."""
    with MockAppliance(pack=packs / "older", packs=packs, pending=0, running=0) as mock:
        assert mock.options()["pack"] == "older"
        assert origin(mock, "a") == "captured"
        mock.namespace("a").options(pack="")
        assert origin(mock, "a") == "computed"
        assert mock.namespace("a").options(pack="newest", generation="e4")["generation"] == "e4"
