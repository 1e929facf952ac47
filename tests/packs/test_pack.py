"""A pack from elsewhere is data: bounds, links, damaged facts, and the index."""

import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stranger import EXTRACTION
from tests.http.wire import extract, get
from tests.packs.captured import COMPARISON, FILES, copied
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.facts import Fact, PackError, digest_of
from voxdouble_mock.packs.library import Library
from voxdouble_mock.packs.pack import MAX_HEADER_BYTES, Pack, read_bounded
from voxdouble_mock.packs.values import Values
from voxdouble_mock.packs.writing import write_fact

HEADER = """\
format = 1
kind = "example"
version = ""
generation = "e4"
date = ""
tool = ""
results = true
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a pack with results of a mock, which a test may damage."""
    return copied("mock", tmp_path / "pack", "--with-results")


@pytest.mark.parametrize("index", ["", "{", "[]", '{"files": {}, "entries": {}}', '{"files":' * 100_000])
def test_a_missing_stale_or_malformed_index_is_made_again(pack: Path, index: str) -> None:
    """The facts count, whatever the index says."""
    expected = Pack(pack).entries.keys()
    (pack / "index.json").unlink()
    if index:
        (pack / "index.json").write_text(index)
    assert Pack(pack).entries.keys() == expected
    assert json.loads((pack / "index.json").read_text())["entries"].keys() == expected


def test_a_fact_that_is_added_or_removed_changes_the_index(pack: Path) -> None:
    """The index is compared with the files at each start."""
    names = sorted(Pack(pack).entries)
    (pack / "facts" / f"{names[0]}.json").rename(pack / "kept")
    assert sorted(Pack(pack).entries) == names[1:]
    (pack / "kept").rename(pack / "facts" / f"{names[0]}.json")
    assert sorted(Pack(pack).entries) == names


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"technology": 1}', '{"result":' * 100_000, "\xff"])
def test_a_damaged_fact_is_ignored(pack: Path, text: str) -> None:
    """The result is computed instead, whatever the file holds."""
    for file in (pack / "facts").iterdir():
        file.write_text(text, encoding="latin-1")
    with MockAppliance(pack=pack, pending=0, running=0) as mock:
        location = extract(mock.url, FILES[0].read_bytes()).headers["Location"]
        assert get(location).json()["task"]["state"] == "done"
        assert get(mock.url + "/_mock/tasks").json()["tasks"][0]["origin"] == "computed"


def test_a_fact_under_the_name_of_another_is_ignored(pack: Path) -> None:
    """The name must be the digest of the request that the fact is about."""
    first, second, *_ = sorted((pack / "facts").iterdir())
    shutil.copyfile(first, second)
    assert second.stem not in Pack(pack).entries


def test_links_out_of_the_folder_are_not_followed(pack: Path, tmp_path: Path) -> None:
    """A fact, the folder of facts, the header and the index must be real files of the pack."""
    (tmp_path / "outside").mkdir()
    fact, *_ = sorted((pack / "facts").iterdir())
    fact.rename(tmp_path / "outside" / fact.name)
    fact.symlink_to(tmp_path / "outside" / fact.name)
    assert fact.stem not in Pack(pack).entries
    target = tmp_path / "outside" / "index"
    target.write_text("mine")
    (pack / "index.json").unlink()
    (pack / "index.json").symlink_to(target)
    Pack(pack)
    assert target.read_text() == "mine"
    (pack / "facts").rename(tmp_path / "outside" / "facts")
    (pack / "facts").symlink_to(tmp_path / "outside" / "facts")
    assert not Pack(pack).entries
    (pack / "pack.toml").rename(tmp_path / "outside" / "pack.toml")
    (pack / "pack.toml").symlink_to(tmp_path / "outside" / "pack.toml")
    with pytest.raises(PackError, match=r"with a valid pack\.toml"):
        Pack(pack)


def test_an_impossible_path_of_a_pack_is_named(tmp_path: Path) -> None:
    """A path with a NUL, or with links in a circle, is refused with the option's name."""
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for path in ("a\0b", tmp_path / "circle"):
        with pytest.raises(PackError, match="must be a pack"):
            Library().add(path)


@pytest.mark.parametrize(
    "header", ["", "format = 2", "[" * 10_000, "x = 1\n" * MAX_HEADER_BYTES, "format = 1\nkind = 'real'"]
)
def test_a_folder_without_a_valid_header_is_refused(pack: Path, header: str) -> None:
    """The message names the folder; the mock does not start."""
    (pack / "pack.toml").write_text(header)
    with pytest.raises(ValueError, match=r"must be a pack, with a valid pack\.toml"):
        MockAppliance(pack=pack)


def test_an_entry_of_the_index_without_a_fact_makes_it_invalid(pack: Path) -> None:
    """A name in the index that leads out of the folder is never used."""
    Pack(pack)
    index = json.loads((pack / "index.json").read_text())
    entry = next(iter(index["entries"].values()))
    index["entries"]["../../outside"] = entry
    (pack / "index.json").write_text(json.dumps(index))
    assert "../../outside" not in Pack(pack).entries


def test_a_comparison_of_a_million_scores_is_one_fact(pack: Path) -> None:
    """It is written within the bound of a fact, and each score is found again in another order."""
    side = 1000
    voiceprints = [number.to_bytes(4, "big") for number in range(side)]
    digests = [sha256(one).hexdigest() for one in voiceprints]
    values = [-1.2345678901234567 - index for index in range(side * side)]
    scores = {"columns_count": side, "rows_count": side, "values": values}
    lists = {"voiceprints_a": digests, "voiceprints_b": digests}
    write_fact(pack, Fact(technology=COMPARISON, lists=lists, state="done", result={"scores": scores}))
    found = Values(Pack(pack)).scores(COMPARISON, digests[::-1], digests[-2:])
    assert found is not None
    assert found["values"] == [*values[-side - 1 : -2 * side - 1 : -1], *values[-1 : -side - 1 : -1]]


def test_a_channel_without_a_voiceprint_moves_no_vector(tmp_path: Path) -> None:
    """The vector of a voiceprint is that of its own channel, whatever channels before it lack."""
    texts = ["QUFB", "QkJC"]
    channels: list[dict[str, Any]] = [{"voiceprint": None}, *({"voiceprint": one} for one in texts)]
    for number, channel in enumerate(channels):
        channel["vector_voiceprint"] = [float(number)]
    (tmp_path / "facts").mkdir()
    (tmp_path / "pack.toml").write_text(HEADER)
    write_fact(tmp_path, Fact(technology=EXTRACTION, sha256="0" * 64, state="done", result={"channels": channels}))
    values = Values(Pack(tmp_path))
    assert [values.vector(digest_of(one)) for one in texts] == [[1.0], [2.0]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("written", [False, True])
def test_a_pipe_in_place_of_a_file_is_refused(tmp_path: Path, *, written: bool) -> None:
    """It is not read as an empty file, and nothing waits for its writer."""
    pipe = tmp_path / "pack.toml"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR) if written else None
    with pytest.raises(ValueError, match=r"pack\.toml must be a regular file"):
        read_bounded(pipe, 10)
    with pytest.raises(PackError, match="must be a regular file"):
        Pack(tmp_path)
    if writer is not None:
        os.close(writer)
