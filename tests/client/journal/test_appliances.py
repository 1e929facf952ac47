"""The appliance of a batch: a journal is not continued on another one, and a changed URL can be replaced in it."""

from pathlib import Path

import pytest

from tests.client.journal.resuming import JOHN, NAMES, lines_of, resume, starts
from voxdouble_client import ApplianceClient, PollTimeout
from voxdouble_client._http.urls import BaseUrl
from voxdouble_client._journal.journal import Journal
from voxdouble_mock import MockAppliance


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file in a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_another_appliance_is_refused(appliance: ApplianceClient, mock: MockAppliance, tmp_path: Path) -> None:
    """A call with the journal of another appliance is a ValueError, sends nothing and changes neither file."""
    list(appliance.extract_voiceprints([JOHN, "missing.wav"], journal=tmp_path / "out.jsonl"))
    before = contents(tmp_path)
    with MockAppliance() as other, ApplianceClient(other.url) as client:
        with pytest.raises(ValueError, match="another output for another appliance") as refusal:
            list(client.extract_voiceprints([JOHN, "missing.wav"], journal=tmp_path / "out.jsonl"))
        assert not other.requests
    assert f"begun on the appliance {mock.url}, and cannot go on with {other.url};" in str(refusal.value)
    assert contents(tmp_path) == before
    again = list(appliance.extract_voiceprints([JOHN], journal=tmp_path / "out.jsonl"))
    assert [outcome.earlier for outcome in again] == [True]


def test_the_command_refuses_another_appliance(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """`extract --resume` on another appliance exits with 2, names both and the file to edit, and changes nothing."""
    resume(mock, tmp_path / "out.jsonl", folder)
    before = contents(tmp_path)
    with MockAppliance() as other:
        result = resume(other, tmp_path / "out.jsonl", folder)
        assert (result.exit_code, contents(tmp_path), len(other.requests)) == (2, before, 0)
    message = " ".join(result.stderr.split())
    assert f"begun on the appliance {mock.url}, and cannot go on with {other.url};" in message
    assert f"replace the old URL in {tmp_path / 'out.jsonl.journal'} by the new one." in message


def test_a_changed_url_can_be_replaced_in_the_journal(folder: Path, tmp_path: Path) -> None:
    """With the new URL in the journal for the old one, the batch goes on, and waits for the tasks it started."""
    output, files = tmp_path / "out.jsonl", [folder / name for name in NAMES[:2]]
    journal = tmp_path / "out.jsonl.journal"
    with MockAppliance(clock="manual", running=600) as mock:
        new_url = mock.url.replace("127.0.0.1", "localhost")
        with ApplianceClient(mock.url, timeout=60, sleep=mock.clock.sleep, now=mock.clock.now) as client:
            late = list(client.extract_voiceprints(files, journal=output))
            assert [type(outcome.error) for outcome in late] == [PollTimeout, PollTimeout]
        journal.write_text(journal.read_text().replace(mock.url, new_url))
        with ApplianceClient(new_url, timeout=3000, sleep=mock.clock.sleep, now=mock.clock.now) as client:
            assert all(outcome.result for outcome in client.extract_voiceprints(files, journal=output))
        assert starts(mock) == 2


def test_a_journal_without_an_appliance_goes_on(mock: MockAppliance, folder: Path, tmp_path: Path) -> None:
    """A journal of an earlier version, which does not name its appliance, is continued on any."""
    output, journal = tmp_path / "out.jsonl", tmp_path / "out.jsonl.journal"
    resume(mock, output, folder)
    first, _, rest = journal.read_text().partition("\n")
    assert first == f'{{"options":{{}},"appliance":"{mock.url}"}}'
    journal.write_text('{"options":{}}\n' + rest)
    before = contents(tmp_path)
    with MockAppliance() as other:
        result = resume(other, output, folder)
        assert (len(other.requests), contents(tmp_path)) == (0, before), result.stderr


@pytest.mark.parametrize(
    ("begun", "url", "same"),
    [
        ("http://appliance", "http://appliance/", True),
        ("http://appliance", "http://APPLIANCE:80", True),
        ("HTTPS://appliance", "https://appliance:443//", True),
        ("http://appliance:8000/a/", "http://Appliance:08000/a", True),
        ("http://appliance", "https://appliance", False),
        ("http://appliance", "http://appliance:8000", False),
        ("http://appliance:443", "https://appliance", False),
        ("http://appliance", "http://appliance.example", False),
        ("http://appliance/_ns/a", "http://appliance/_ns/b", False),
        ("http://appliance/a", "http://appliance/A", False),
        ("http://appliance", "http://appliance/a", False),
    ],
)
def test_urls_are_compared_without_their_spelling(begun: str, url: str, same: bool, tmp_path: Path) -> None:
    """A trailing slash, the case of the host, and the scheme's own port make no difference; all else does."""
    for first, second in ((begun, url), (url, begun)):
        output = tmp_path / first.replace("/", "_")
        Journal(output, BaseUrl.parse(first), {}, []).close()
        if same:
            Journal(output, BaseUrl.parse(second), {}, []).close()
        else:
            with pytest.raises(ValueError, match="was begun on the appliance"):
                Journal(output, BaseUrl.parse(second), {}, [])


@pytest.mark.parametrize("recorded", ["", "appliance:8000", "http://appliance:x", "http://[appliance"])
def test_an_unusable_url_in_the_journal_is_quoted(recorded: str, tmp_path: Path) -> None:
    """A text that a user wrote into the journal by mistake is named, and is not the URL of any appliance."""
    (tmp_path / "out.jsonl.journal").write_text(f'{{"options":{{}},"appliance":"{recorded}"}}\n')
    with pytest.raises(ValueError, match="was begun on the appliance") as refusal:
        Journal(tmp_path / "out.jsonl", BaseUrl.parse("http://appliance:8000"), {}, [])
    assert f"appliance {recorded}, and" in str(refusal.value)


def test_lines_with_errors_are_kept_by_a_refusal(folder: Path, tmp_path: Path) -> None:
    """Lines with errors, which a run removes to try their recordings again, are still there after a refusal."""
    output = tmp_path / "out.jsonl"
    with ApplianceClient("http://127.0.0.1:1", timeout=0.5) as unreachable:
        list(unreachable.extract_voiceprints([folder / "a.wav"], journal=output))
    with ApplianceClient("http://127.0.0.1:2", timeout=0.5) as other, pytest.raises(ValueError, match="was begun on"):
        list(other.extract_voiceprints([folder / "a.wav"], journal=output))
    assert lines_of(output)[str(folder / "a.wav")]["error"]["type"] == "TransportError"
