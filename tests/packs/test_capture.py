"""The command `capture`: resuming, budgets, kinds, and what a pack must not hold."""

import json
import signal
import socket
import subprocess
import threading
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.commands.process import COMMAND
from tests.contract.stranger import serving
from tests.contract.stranger_traits import Traits
from tests.contract.web_server import OTHERS, WebServer
from tests.mutants.middleware import Request, Response, changing_responses
from tests.packs.captured import BAD_FILE, COMPARISON, FILES, NEWEST, ONE, capture
from voxdouble_mock import MockAppliance
from voxdouble_mock.packs.pack import Pack


def facts(pack: Path) -> dict[str, Any]:
    """Return the facts of a pack by the names of their files."""
    return {file.name: json.loads(file.read_text()) for file in (pack / "facts").glob("*.json")}


def test_a_shared_pack_holds_no_voice_data_names_or_addresses(tmp_path: Path) -> None:
    """Without options, no voiceprint, vector, score, file name, URL or task id is in any file; lengths are."""
    with serving(NEWEST) as url:
        said = capture(url, tmp_path / "pack", "--token", "secret-token")
        capture(url, tmp_path / "whole", "--with-results", "--with-names", "--token", "secret-token")
    assert "voice data as lengths, digests and types; no names of files; no recordings." in said
    texts = [
        one["voiceprint"]
        for fact in facts(tmp_path / "whole").values()
        for one in (fact.get("result") or {}).get("channels", [])
        if "voiceprint" in one
    ]
    everything = "".join(file.read_text() for file in (tmp_path / "pack").rglob("*") if file.is_file())
    assert len(texts) == 4
    assert not any(text in everything for text in (*texts, "john_doe", "127.0.0.1", "secret-token", "http://"))
    whole = "".join(file.read_text() for file in (tmp_path / "whole").rglob("*") if file.is_file())
    assert "john_doe" in whole
    assert "secret-token" not in whole
    channel = next(
        one
        for fact in facts(tmp_path / "pack").values()
        for one in (fact.get("result") or {}).get("channels", [])
        if "voiceprint" in one
    )
    assert set(channel["voiceprint"]) == {"size", "sha256"}
    assert channel["vector_voiceprint"]["length"] in {0, 128}


def test_a_warning_says_that_a_pack_holds_biometric_data(tmp_path: Path) -> None:
    """It comes with results and with copies of recordings."""
    with serving(NEWEST) as url:
        assert "biometric" in capture(url, tmp_path / "results", "--with-results", files=ONE)
        assert "biometric" in capture(url, tmp_path / "audio", "--with-audio")
        assert "biometric" not in capture(url, tmp_path / "shared", files=ONE)
    assert sorted(file.read_bytes() for file in (tmp_path / "audio" / "audio").iterdir()) == sorted(
        file.read_bytes() for file in (*FILES, BAD_FILE)
    )


def test_a_budget_ends_a_run_that_the_next_one_continues(tmp_path: Path) -> None:
    """No finished fact is asked for again; of a complete pack only the generation is found out, by one task."""
    pack = tmp_path / "pack"
    with serving(NEWEST) as url:
        assert "used up" in capture(url, pack, "--with-results", "--max-tasks", "10", status=1)
        first = facts(pack)
        assert 0 < len(first) <= 10
        capture(url, pack, "--with-results")
        assert first.items() <= facts(pack).items()
        capture(url, pack, "--with-results", "--max-tasks", "1")


def test_a_mock_is_not_called_an_appliance(tmp_path: Path) -> None:
    """A pack of a mock has the kind mock, or example if that is asked for; appliance is refused."""
    with MockAppliance(pending=0, running=0) as mock:
        assert "must not be called real" in capture(mock.url, tmp_path / "no", "--kind", "appliance", status=2)
        capture(mock.url, tmp_path / "mock", files=ONE)
        capture(mock.url, tmp_path / "example", "--kind", "example", files=ONE)
    assert not (tmp_path / "no").exists()
    assert [Pack(tmp_path / name).header.kind for name in ("mock", "example")] == ["mock", "example"]


@pytest.mark.parametrize("generation", ["e1", "e2", "e3", "e4"])
def test_the_generation_is_found_out(tmp_path: Path, generation: Any) -> None:
    """A mock of each generation is recognised by its requests."""
    with MockAppliance(pending=0, running=0, generation=generation) as mock:
        capture(mock.url, tmp_path / "pack", files=ONE)
    assert Pack(tmp_path / "pack").header.generation == generation


@pytest.mark.parametrize("generations", [("e2", "e4"), ("e4", "e2"), ("e1", "e2"), ("e2", "e3")], ids="-".join)
def test_a_pack_of_another_generation_is_not_continued(tmp_path: Path, generations: Any) -> None:
    """An appliance that was updated, with the same version, is recognised by its requests; the pack stays as it is."""
    pack = tmp_path / "pack"
    before, after = generations
    with MockAppliance(pending=0, running=0, generation=before) as mock:
        capture(mock.url, pack, files=ONE)
        kept = facts(pack)
        mock.options(generation=after)
        said = capture(mock.url, pack, status=2)
        assert f"cannot be continued, since it has the generation '{before}', and this capture '{after}'" in said
        assert facts(pack) == kept
        mock.options(generation=before)
        capture(mock.url, pack, files=ONE)
    assert Pack(pack).header.generation == before


def test_a_500_says_nothing_about_the_generation(tmp_path: Path) -> None:
    """A 500 to the request by which the generation is found out ends the command with 1, and no pack is made."""
    with MockAppliance(pending=0, running=0, generation="e3") as mock:
        mock.fault("status", status=500, technology=COMPARISON)
        assert "Run the command again to go on" in capture(mock.url, tmp_path / "pack", status=1, files=ONE)
        assert not (tmp_path / "pack").exists()
        capture(mock.url, tmp_path / "pack", files=ONE)
    assert Pack(tmp_path / "pack").header.generation == "e3"


def test_a_pack_with_another_property_is_refused_before_a_task(tmp_path: Path) -> None:
    """A pack with results is not continued without them, and no task is started."""
    with MockAppliance(pending=0, running=0) as mock:
        capture(mock.url, tmp_path / "pack", "--with-results", files=ONE)
        started = len([seen for seen in mock.requests if seen.status == 202])
        assert "made with --with-results" in capture(mock.url, tmp_path / "pack", status=2, files=ONE)
        assert len([seen for seen in mock.requests if seen.status == 202]) == started


def test_another_folder_or_pack_is_not_overwritten(tmp_path: Path) -> None:
    """A folder with other files, and a pack of another kind, are refused."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with MockAppliance(pending=0, running=0) as mock:
        assert "new or empty folder" in capture(mock.url, tmp_path / "mine", status=2)
        capture(mock.url, tmp_path / "pack", files=ONE)
        assert "results" in capture(mock.url, tmp_path / "pack", "--with-results", status=2, files=ONE)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/system/info", "/_mock", "/another/path"])
def test_another_path_of_an_appliance_is_refused(tmp_path: Path, path: str) -> None:
    """The command ends with 2, says what the URL must be, and makes no folder and no task."""
    with MockAppliance() as mock:
        told = capture(mock.url + path, tmp_path / "pack", status=2)
        assert "A base URL is the address in front of /api/system/info, without /api" in told
        assert (f"try {mock.url}." in told) == path.startswith("/api")
        assert len([seen for seen in mock.requests if seen.status == 202]) == 0
    assert not (tmp_path / "pack").exists()


def test_a_slash_at_the_end_of_a_base_url_with_a_path_changes_nothing(tmp_path: Path) -> None:
    """A URL such as that of a namespace, or behind a proxy, can be given with it, as for every other command."""
    with MockAppliance(pending=0, running=0) as mock:
        capture(f"{mock.url}/_ns/x/", tmp_path / "pack", files=ONE)
    assert Pack(tmp_path / "pack").entries


@pytest.mark.parametrize("name", OTHERS)
def test_another_web_server_is_refused(tmp_path: Path, name: str) -> None:
    """After three requests the command ends with 2, and makes no folder."""
    server = WebServer(*OTHERS[name])
    with server.serving() as port:
        told = capture(f"http://127.0.0.1:{port}", tmp_path / "pack", status=2)
    assert "is not an appliance of this kind" in told
    assert server.requests == 3
    assert not (tmp_path / "pack").exists()


def test_a_port_without_http_is_refused(tmp_path: Path) -> None:
    """A server of another protocol, and a port where nothing listens, end the command with 2 at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with server.accept()[0] as connection:
                connection.sendall(b"220 mail.example ESMTP\r\n")

        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        assert "got no HTTP response" in capture(url, tmp_path / "pack", status=2)
        thread.join()
    assert "got no HTTP response" in capture(url, tmp_path / "pack", status=2)


def test_a_pack_without_facts_is_not_complete(tmp_path: Path) -> None:
    """An appliance that serves no technology ends the command with 1."""

    def not_served(request: Request, response: Response) -> None:
        if "/api/technology/" in request.path:
            response.status = 404

    with MockAppliance(wrap=changing_responses(not_served)) as mock:
        assert "must have a fact" in capture(mock.url, tmp_path / "pack", status=1)


def test_a_killed_capture_loses_no_finished_fact(tmp_path: Path) -> None:
    """After SIGKILL every file of a fact is whole, and the next run keeps it as it is."""
    pack = tmp_path / "pack"
    with serving(Traits(prefix="", seconds=0.2)) as url:
        arguments = ["capture", url, *map(str, FILES), "-o", str(pack), "--with-results"]
        with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL) as process:
            until = monotonic() + 60
            while monotonic() < until and len(list((pack / "facts").glob("*.json")) if pack.exists() else []) < 3:
                sleep(0.02)  # for the process, on no clock of ours
            process.send_signal(signal.SIGKILL)
        kept = facts(pack)
        assert len(kept) >= 3
        capture(url, pack, "--with-results")
    assert kept.items() <= facts(pack).items()
    assert not list(pack.rglob("*.partial"))
