"""The texts that a pack never holds: the token, addresses, ids, and names of files; and files outside its folder."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.process import invoke
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.packs.captured import FILES, NEWEST, capture, copied
from voxdouble.capture.privacy import Cleaner, cleaner_for, names_of
from voxdouble.capture.technologies import EXTRACTION, OF_RECORDINGS
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.pack import Pack

TOKEN = "a-token-that-is-never-kept"
UUIDS = ("3FA85F64-5717-4562-b3fc-2c963f66afa6", "0fa85f64-5717-4562-b3fc-2c963f66afa6")


def everything(pack: Path) -> str:
    """Return the content of all files of a pack."""
    return "".join(file.read_text() for file in pack.rglob("*") if file.is_file())


def test_an_appliance_that_echoes_all_it_knows_leaves_no_trace(tmp_path: Path) -> None:
    """Token, URL, host, ids and the name of the file are removed from every text, also from names of members."""
    file = tmp_path / "secret_speaker.wav"
    file.write_bytes(FILES[0].read_bytes())

    def echoing(app: Any) -> Any:
        """Return middleware that adds to each result and error what the appliance has seen."""

        def wrapped(environ: Any, start_response: Any) -> Any:
            started: list[Any] = []
            body = b"".join(app(environ, lambda *given: started.extend(given)))
            host = environ["HTTP_HOST"]
            if environ["REQUEST_METHOD"] == "GET" and "/api/technology/" in environ["PATH_INFO"]:
                answer = json.loads(body)
                sent = environ["PATH_INFO"].split("/")[3] in {EXTRACTION, *OF_RECORDINGS} and "result" in answer
                names = "secret_speaker.wav secret_speaker" if sent else ""
                echo = f"{names} {TOKEN} http://{host}/x {host} {answer['task']['task_id']}"
                for name in ("result", "error"):
                    if name in answer:
                        answer[name]["message" if name == "error" else "note"] = f"{echo} {UUIDS[0]} {UUIDS[1]} " * 2
                        answer[name][TOKEN] = [{"a": echo}]
                body = json.dumps(answer).encode()
            headers = [one for one in started[1] if one[0].lower() != "content-length"]
            start_response(started[0], [*headers, ("Content-Length", str(len(body)))])
            return [body]

        return wrapped

    with MockAppliance(pending=0, running=0, token=TOKEN, wrap=echoing) as mock:
        arguments = ["capture", mock.url, str(file), "-o", str(tmp_path / "pack"), "--token", TOKEN, "--with-results"]
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        host = mock.url.removeprefix("http://")
    text = everything(tmp_path / "pack")
    assert "note" in text
    for unwanted in (TOKEN, host, "127.0.0.1", "http://", "secret_speaker", *UUIDS, UUIDS[0].lower()):
        assert unwanted not in text
    for wanted in ("<task>", "<id-1>", "<id-2>", "<file>", "<removed>"):
        assert wanted in text


def test_ids_are_references_within_their_answer() -> None:
    """Equal ids have one reference, whatever their case."""
    cleaner = Cleaner()
    found = {"first": UUIDS[0], "again": UUIDS[0].upper(), "other": f"{UUIDS[1]}, {UUIDS[0]}", "task": "t-17"}
    assert cleaner.clean(found, task_id="t-17") == {
        "first": "<id-1>",
        "again": "<id-1>",
        "other": "<id-2>, <id-1>",
        "task": "<task>",
    }


@pytest.mark.parametrize("first", [0.5, 1, True, None, [1]])
def test_texts_in_a_list_with_numbers_are_cleaned(first: Any) -> None:
    """A list is kept as it is only if it has numbers alone."""
    found = Cleaner().clean(
        {"values": [first, "http://host/john_doe.wav"], "numbers": [0.5, 1]}, names=["john_doe.wav"]
    )
    assert found == {"values": [first, "<url>"], "numbers": [0.5, 1]}


def test_names_are_words_and_voiceprints_stay_whole() -> None:
    """The name of a file is not removed from the middle of a text such as Base64."""
    text = base64.b64encode(b"any bytes at all").decode()
    assert Cleaner().clean([text, f"{text[2:8]}.wav"], names=[text[2:8]]) == [text, "<file>.wav"]


def test_the_token_the_url_and_its_host_are_removed() -> None:
    """The longest is removed first, so that no part of it is left; the host localhost says nothing."""
    cleaner = cleaner_for("https://appliance.example:8443/base/", "abc")
    found = [
        "https://appliance.example:8443/base/x",
        "appliance.example:8443",
        "node.APPLIANCE.example",
        "abc, abcd",
        "https://appliance.example:8443/bases",
    ]
    assert cleaner.clean(found) == ["<removed>/x", "<removed>", "node.<removed>", "<removed>, abcd", "<url>"]
    assert cleaner_for("http://localhost", None).clean(["localhost", "http://localhost"]) == ["localhost", "<removed>"]


ANSWER = {
    "result": {
        "channels": [
            {
                "channel_number": 0,
                "voiceprint": {"size": 9000, "sha256": "0" * 64},
                "vector_voiceprint": {"length": 128, "sha256": "1" * 64},
                "speech_length": 4.5,
                "model": "xl5",
            }
        ],
        "segments": [{"text": {"type": "text"}, "score": {"type": "number"}, "segment_type": "speech"}],
    },
    "error": {
        "type": "task.validation-error",
        "message": "?",
        "detail": [
            {"location": ["body", "file"], "message": "?", "type": "value", "context": None},
            {"location": ["header", "content-type"], "message": "?", "type": "value", "context": None},
            {"location": ["header", "content-encoding"], "message": "?", "type": "value", "context": None},
        ],
    },
    "status": 422,
    "state": "rejected",
}
WORDS = (
    *("result", "error", "channels", "model", "voiceprint", "vector_voiceprint", "speech_length", "type", "detail"),
    *("message", "status", "size", "length", "number", "text", "task", "validation", "validation-error", "location"),
    *("channel_number", "segments", "speech", "rejected", "file", "sha256", "context", "state", "body"),
    *("header", "content-type", "content-encoding"),
)


@pytest.mark.parametrize("word", WORDS)
def test_words_of_the_contract_stay(word: str) -> None:
    """A file or a host that is called as a member or as the type of an error leaves every answer as it is."""
    names = names_of(Path(f"{word}.wav"))
    for url in (f"http://{word}:8000", f"http://{word}"):
        cleaner = cleaner_for(url, None)
        assert cleaner.clean(ANSWER, names=names) == ANSWER
        assert cleaner.clean([f"{url}/x", f"{word}.wav"], names=names) == ["<removed>/x", "<file>"]


def test_a_recording_with_the_name_of_a_member_is_captured_whole(tmp_path: Path) -> None:
    """The fact about a recording result.wav has its result, and that about channels.wav the channels."""
    for name in ("result.wav", "channels.wav"):
        (tmp_path / name).write_bytes(FILES[0].read_bytes())
        with MockAppliance(pending=0, running=0) as mock:
            invoke("capture", mock.url, str(tmp_path / name), "-o", str(tmp_path / f"{name}.pack"))
        pack = Pack(tmp_path / f"{name}.pack")
        [fact] = [pack.fact(key) for key, one in pack.entries.items() if one.subject.technology == EXTRACTION]
        assert fact is not None
        assert fact.result is not None
        assert fact.result["channels"][0]["speech_length"] > 0


def test_short_secrets_do_not_change_voiceprints() -> None:
    """In voice data only a long token is searched, since short texts are there by chance."""
    voiceprint = base64.b64encode(bytes(range(256))).decode()
    inside = f"{voiceprint[:100]}/abc+{voiceprint[105:]}"
    assert cleaner_for("http://abc", "ABCD").clean(inside, task_id="abc", names=["abc"]) == inside
    assert cleaner_for("http://abc", voiceprint[20:40]).clean(inside) == inside.replace(voiceprint[20:40], "<removed>")


@pytest.mark.parametrize("name", ["facts", "audio", "pack.toml", "index.json", "refusals.json"])
def test_a_capture_into_a_folder_with_links_is_refused(tmp_path: Path, name: str) -> None:
    """A pack from elsewhere, whose files are links, cannot make the command write outside its folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    pack = copied("mock", tmp_path / "pack", "--with-results", "--with-audio")
    Pack(pack)
    (pack / name).rename(outside / name)
    (pack / name).symlink_to(outside / name)
    before = {file: file.read_bytes() for file in outside.rglob("*") if file.is_file()}
    with MockAppliance(pending=0, running=0) as mock:
        said = capture(mock.url, pack, "--with-results", "--with-audio", status=2)
    assert f"{name} must not be a link" in said
    assert {file: file.read_bytes() for file in outside.rglob("*") if file.is_file()} == before


def test_a_fact_that_is_a_link_is_asked_for_again(tmp_path: Path) -> None:
    """The link is replaced by a file, and its target stays as it is."""
    pack = copied("mock", tmp_path / "pack", "--with-results")
    fact, *_ = sorted((pack / "facts").iterdir())
    target = tmp_path / "outside.json"
    fact.rename(target)
    fact.symlink_to(target)
    content = target.read_bytes()
    with MockAppliance(pending=0, running=0) as mock:
        capture(mock.url, pack, "--with-results")
    assert not fact.is_symlink()
    assert target.read_bytes() == content


def test_the_message_of_the_start_comes_before_anything_is_sent(tmp_path: Path) -> None:
    """The number and the length of the recordings are in it, and the other technologies."""
    with serving(Traits(prefix="")) as url:
        said = capture(url, tmp_path / "pack", "--also", "voice-activity-detection", "--max-tasks", "1", status=1)
    assert "4 recordings (" in said
    assert "s of audio over all channels) with voice-activity-detection: technologies, states" in said
    assert said.index("will hold facts") < said.index("is used up")


def test_a_pack_without_results_is_continued_by_digests(tmp_path: Path) -> None:
    """Of a complete pack only the generation is found out; voiceprints that are needed again are extracted again."""
    pack = tmp_path / "pack"
    with serving(NEWEST) as url:
        capture(url, pack)
        assert "used up" not in capture(url, pack, "--max-tasks", "1")
        for file in (pack / "facts").iterdir():
            if "voiceprint-merging" in file.read_text():
                file.unlink()
        capture(url, pack)
    assert any("voiceprint-merging" in file.read_text() for file in (pack / "facts").iterdir())
