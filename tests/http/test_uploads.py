"""Multipart uploads, beyond those that the contract suite sends: malformed, cut, too large, too slow (P1, P3)."""

import tempfile

import pytest

from tests.http.wire import (
    BOUNDARY,
    EXTRACTION,
    JOHN,
    MULTIPART,
    NO_AUDIO,
    assert_raw_refused,
    assert_refused,
    extract,
    form,
    get,
    head_of_post,
    post,
    raw,
)
from voxdouble_mock import MockAppliance

INVALID, VALIDATION, TOO_LARGE = "request.invalid", "request.validation-error", "request.size-limit-exceeded"
SMALL = JOHN[:10_000]
WHOLE = form(("file", SMALL))


@pytest.mark.parametrize("content_type", ["multipart/mixed; boundary=a", "audio/wav"])
def test_other_content_types_are_422(mock: MockAppliance, content_type: str) -> None:
    """An upload must be multipart/form-data (C6)."""
    response = post(mock.url + EXTRACTION, data=b"{}", headers={"Content-Type": content_type})
    assert_refused(response, 422, VALIDATION, ["header", "content-type"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=", WHOLE),
        ("multipart/form-data; boundary=other", WHOLE),
        (MULTIPART, b""),
        (MULTIPART, b"x" * 1000),
        (MULTIPART, WHOLE[:-20]),
        (MULTIPART, WHOLE[:100]),
        (MULTIPART, WHOLE.replace(b"Content-Disposition", b"Content Disposition")),
        (MULTIPART, form(*[(f"field{n}", b"") for n in range(200)], ("file", SMALL))),
    ],
)
def test_malformed_multipart_is_400(mock: MockAppliance, content_type: str, body: bytes) -> None:
    """An upload with a wrong or missing boundary, or with too many parts, is refused (C7, P1)."""
    assert_refused(post(mock.url + EXTRACTION, data=body, headers={"Content-Type": content_type}), 400, INVALID)


@pytest.mark.parametrize("parts", [[], [("File", SMALL)], [("config", b"{}")]])
def test_a_part_named_file_is_required(mock: MockAppliance, parts: list[tuple[str, bytes]]) -> None:
    """An upload without a part of exactly the name `file` is refused (S28, C8)."""
    body = form(*parts) if parts else f"--{BOUNDARY}--\r\n".encode()
    response = post(mock.url + EXTRACTION, data=body, headers={"Content-Type": MULTIPART})
    assert_refused(response, 422, VALIDATION, ["body", "file"])


def test_parts_around_the_file_are_ignored(mock: MockAppliance) -> None:
    """Other parts may stand before and after the file (C17)."""
    body = form(("config", b"{}"), ("file", NO_AUDIO), ("other", b"x" * 1000))
    response = post(mock.url + EXTRACTION + "?unknown=1", data=body, headers={"Content-Type": MULTIPART})
    assert response.status_code == 202
    assert mock.requests[0].size == len(NO_AUDIO)


@pytest.mark.parametrize("kept", [0, 1, 60, 150, 5000, -200, -20, -3, -1])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_cut_upload_creates_no_task(mock: MockAppliance, kept: int, chunked: bool) -> None:
    """If the connection ends before the body does, the response, if there is one, is a 400 (P1, C7)."""
    if chunked:
        whole, framing = b"%x\r\n%b\r\n0\r\n\r\n" % (len(WHOLE), WHOLE), "Transfer-Encoding: chunked"
    else:
        whole, framing = WHOLE, f"Content-Length: {len(WHOLE)}"
    status, _ = raw(mock.url, head_of_post(EXTRACTION, MULTIPART, framing) + whole[:kept], half_close=True)
    assert status in {0, 400}
    assert get(mock.url + "/_mock/tasks").json()["total"] == 0


def test_a_chunked_upload_creates_a_task(mock: MockAppliance) -> None:
    """A complete body without a declared length is accepted."""
    pieces = (WHOLE[at : at + 1000] for at in range(0, len(WHOLE), 1000))
    assert post(mock.url + EXTRACTION, data=pieces, headers={"Content-Type": MULTIPART}).status_code == 202


def test_an_upload_over_the_limit_is_413() -> None:
    """A file of exactly the limit is accepted, one byte more is refused; multipart framing does not count (S82)."""
    with MockAppliance(clock="manual", max_upload=10_000) as mock:
        assert extract(mock.url, JOHN[:10_000]).status_code == 202
        assert_refused(extract(mock.url, JOHN[:10_001]), 413, TOO_LARGE)
        assert_refused(extract(mock.url, JOHN), 413, TOO_LARGE)
        whole = form(("file", JOHN))
        pieces = (whole[at : at + 1000] for at in range(0, len(whole), 1000))
        chunked = post(mock.url + EXTRACTION, data=pieces, headers={"Content-Type": MULTIPART})
        assert_refused(chunked, 413, TOO_LARGE)


def test_a_declared_length_over_the_limit_is_413_before_the_body(mock: MockAppliance) -> None:
    """A declared length of more than the limit and the framing is refused before the body arrives (S25, C5)."""
    assert_raw_refused(
        raw(mock.url, head_of_post(EXTRACTION, MULTIPART, "Content-Length: 500010000")),
        413,
        "request.size-limit-exceeded",
    )


def test_a_full_input_storage_has_room_again_later() -> None:
    """An upload that never fits is answered 507 and says so; smaller ones, one after the other, are accepted (S26)."""
    with MockAppliance(clock="manual", input_storage=100_000) as mock:
        refused = extract(mock.url, JOHN)
        assert_refused(refused, 507, "storage.capacity-exceeded")
        message = f"The file ({len(JOHN)} bytes) is larger than the whole input storage (100000 bytes)."
        assert refused.json()["message"] == message
        assert [extract(mock.url, JOHN[:90_000]).status_code for _ in range(3)] == [202] * 3


def test_a_slow_upload_is_400() -> None:
    """An upload that is not complete within the limit is refused (S61, C7)."""
    with MockAppliance(clock="manual", max_upload_seconds=0.05) as mock:
        assert_raw_refused(
            raw(mock.url, head_of_post(EXTRACTION, MULTIPART, "Content-Length: 1000") + b"x"), 400, "request.invalid"
        )


def test_a_missing_temporary_folder_is_named(mock: MockAppliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload that needs the folder is 507 with the reason, and a smaller one is accepted (S26)."""
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    refused = extract(mock.url, bytes(3_000_000))
    assert_refused(refused, 507, "storage.capacity-exceeded")
    assert "folder of temporary files cannot hold the upload: No such file or directory." in refused.json()["message"]
    assert extract(mock.url, NO_AUDIO).status_code == 202


def test_a_lack_of_memory_is_503_and_gives_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The response says so, the storage of the upload is free again, and the next upload is accepted (C28, P3)."""

    def lacking(_: object) -> None:
        raise MemoryError

    with MockAppliance(clock="manual", input_storage=100_000) as mock:
        with monkeypatch.context() as patched:
            patched.setattr("voxdouble_mock.appliance.completion_of", lacking)
            refused = extract(mock.url, JOHN[:90_000])
            assert_refused(refused, 503, "internal")
            assert "too little memory" in refused.json()["message"]
            assert int(refused.headers["Retry-After"]) > 0
        assert extract(mock.url, JOHN[:90_000]).status_code == 202
