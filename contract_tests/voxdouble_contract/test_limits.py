"""What is too large, too slow or too long (contract 6). Limits are configurable: what is not known is not judged."""

import time
from collections.abc import Iterator

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.raw import MULTIPART, multipart_head
from voxdouble_contract.runs import Run, check_accepted, need_end, watch
from voxdouble_contract.samples import Media, hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.targets import ROOM
from voxdouble_contract.verdicts import expect, expect_status, unproven

DEFAULT_UPLOAD = 500_000_000
SILENCE_SECONDS = 3.0
"""How long an answer to a request whose body does not come is waited for."""
LARGEST_PROBE = 50_000_000
LONGEST_SLOW_UPLOAD = 10.0
SMALLEST_ITEM = "AAAA"
BYTES_A_SECOND = 16_000
"""Of the tone that is sent: 8 kHz, 16 bits."""


@pytest.fixture(scope="session")
def too_large(limited: Target) -> Exchange:
    """Upload more than the limit; where that is not known, announce more than the default and send nothing."""
    limit = limited.profile.max_upload
    if limit is not None and limit <= LARGEST_PROBE:
        answer = limited.post_media(EXTRACTION, Media("large.wav", b"\x00" * (limit + 1)))
    else:
        headers = {"Content-Type": MULTIPART, "Content-Length": str((limit or DEFAULT_UPLOAD) + 100_000_000)}
        path = limited.path(EXTRACTION)
        answer = limited.raw("POST", path, headers, body=[multipart_head()], timeout=SILENCE_SECONDS)
    if answer.status in {403, 404} or (not answer.status and limit is None):
        unproven(f"The limit is not known, and an announcement alone is not refused: {answer}.")
    return answer


@statement("S60")
def test_an_upload_over_the_limit_is_refused(too_large: Exchange) -> None:
    """It makes no task."""
    if too_large.status >= 500 and too_large.status != 507:
        unproven(f"The target failed instead of refusing: {too_large}.")
    expect(400 <= too_large.status < 600, "An upload over the limit should be refused.", too_large)


@statement("S25", "S82")
def test_a_body_over_the_limit_is_413(too_large: Exchange) -> None:
    """It is answered 413."""
    expect_status(too_large, 413)


@statement("S69")
def test_a_413_says_so(too_large: Exchange) -> None:
    """The 413 carries the type for it, where the appliance itself answers."""
    if too_large.status != 413 or too_large.json is None:
        unproven(f"The answer was no 413 of the appliance: {too_large}.")
    expect(
        too_large.get("type") == "request.size-limit-exceeded",
        "`type` should be request.size-limit-exceeded.",
        too_large,
    )


@pytest.fixture(scope="session")
def full_storage(limited: Target) -> Exchange:
    """Upload more than the input storage can take, and less than the limit of an upload."""
    storage = limited.profile.input_storage
    if storage is None or storage > LARGEST_PROBE:
        unproven("The input storage cannot be filled (a profile may name an input_storage).")
    return limited.post_media(EXTRACTION, hum((storage + 10_000) / BYTES_A_SECOND))


@statement("S26")
def test_full_storage_is_507(full_storage: Exchange) -> None:
    """What does not fit into the storage is answered 507."""
    expect_status(full_storage, 507)


@statement("S71")
def test_a_507_says_so(full_storage: Exchange) -> None:
    """The 507 carries the type for it."""
    if full_storage.status != 507:
        unproven(f"The answer was no 507: {full_storage}.")
    expect(
        full_storage.get("type") == "storage.capacity-exceeded",
        "`type` should be storage.capacity-exceeded.",
        full_storage,
    )


@statement("S27")
def test_a_conversion_needs_no_storage(limited: Target) -> None:
    """A conversion larger than the whole input storage is not answered 507."""
    storage = limited.profile.input_storage
    if storage is None or storage > LARGEST_PROBE:
        unproven("The input storage cannot be filled (a profile may name an input_storage).")
    answer = limited.post_json(CONVERSION, {"voiceprints": [SMALLEST_ITEM * (storage // 4 + 1)]})
    expect(answer.status != 507, "A conversion should not be answered 507.", answer)


@pytest.fixture(scope="session")
def too_long(limited: Target) -> Run:
    """Upload a recording that is longer than the limit."""
    limit = limited.profile.max_audio_seconds
    if limit is None or limit * BYTES_A_SECOND > LARGEST_PROBE:
        unproven("How long a recording may be is not known, or too long to try (a profile may name max_audio_seconds).")
    return Run(EXTRACTION, limited.post_media(EXTRACTION, hum(limit + 1.0)))


@statement("S59")
def test_a_long_recording_is_accepted_and_not_processed(too_long: Run, limited: Target) -> None:
    """It is accepted at upload, and its task is not done."""
    check_accepted(too_long.start)
    watch(limited, [too_long])
    expect(need_end(too_long).state != "done", "A recording over the limit should not be processed.", too_long.last)


@statement("S81")
def test_a_long_recording_ends_rejected(too_long: Run, limited: Target) -> None:
    """Its task ends in state `rejected`."""
    check_accepted(too_long.start)
    watch(limited, [too_long])
    expect(need_end(too_long).state == "rejected", "The task should end rejected.", too_long.last)


def slowly(seconds: float) -> Iterator[bytes]:
    """Send a byte now and then, for that long."""
    yield multipart_head()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        yield b"\x00"


@statement("S61")
def test_a_slow_upload_is_refused(limited: Target) -> None:
    """An upload that takes longer than the limit makes no task."""
    limit = limited.profile.max_upload_seconds
    if limit is None or limit > LONGEST_SLOW_UPLOAD:
        unproven(
            "How long an upload may take is not known, or too long to try (a profile may name max_upload_seconds)."
        )
    headers = {"Content-Type": MULTIPART, "Content-Length": "50000"}
    answer = limited.raw("POST", limited.path(EXTRACTION), headers, body=slowly(limit + 0.2), timeout=SILENCE_SECONDS)
    refused = 400 <= answer.status < 600 or (not answer.status and "timed out" not in answer.failure)
    expect(refused, "An upload that takes too long should be refused.", answer)


@statement("S41")
def test_a_list_may_be_as_long_as_the_limit(limited: Target) -> None:
    """As many voiceprints as the limit says are accepted."""
    limit = limited.profile.max_list
    if limit is None or limit > 1000:
        unproven("How long a list may be is not known, or too long to try (a profile may name max_list).")
    expect_status(limited.post_json(CONVERSION, {"voiceprints": [SMALLEST_ITEM] * limit}), 202)


@statement("S43")
def test_a_list_over_the_limit_is_422(limited: Target) -> None:
    """One voiceprint more than the limit is answered 422, while two are not."""
    limit = limited.profile.max_list or 50_000
    some = limited.post_json(CONVERSION, {"voiceprints": [SMALLEST_ITEM] * 2})
    if some.status != 202:
        unproven(f"The target looks into the voiceprints first: {some}.")
    answer = limited.post_json(CONVERSION, {"voiceprints": [SMALLEST_ITEM] * (limit + 1)})
    if limited.profile.max_list is None and answer.status in {202, 413}:
        unproven(f"The limit of this target is another: {answer}.")
    expect_status(answer, 422)


@statement("C28")
def test_a_bound_that_is_reached_is_503(crowded: Target) -> None:
    """One task more than there is room for is answered 503 with `Retry-After`, and no other is forgotten for it."""
    body = {"voiceprints": [SMALLEST_ITEM]}
    tasks = [crowded.post_json(CONVERSION, body) for _ in range(ROOM)]
    answer = crowded.post_json(CONVERSION, body, patient=False)
    expect_status(answer, 503)
    expect(answer.get("type") == "internal", "`type` should be internal.", answer)
    expect(answer.headers.get("Retry-After", "").isdigit(), "There should be a `Retry-After` in seconds.", answer)
    for start in tasks:
        expect_status(crowded.get_task(CONVERSION, str(start.get("task", "task_id"))), 200)


@statement("C27")
@pytest.mark.parametrize("technology", [EXTRACTION, CONVERSION])
def test_the_sizes_are_the_vendors(target: Target, technology: str) -> None:
    """A body of 600 MB is refused as soon as it is announced."""
    content_type = MULTIPART if technology == EXTRACTION else "application/json"
    headers = {"Content-Type": content_type, "Content-Length": "600000000"}
    answer = target.raw("POST", target.path(technology), headers, timeout=SILENCE_SECONDS)
    expect_status(answer, 413)


@statement("C27")
@pytest.mark.parametrize(("items", "status"), [(50_000, 202), (50_001, 422)])
def test_the_list_is_as_long_as_the_vendors(target: Target, items: int, status: int) -> None:
    """50,000 voiceprints are accepted, and one more is not."""
    answer = target.post_json(CONVERSION, {"voiceprints": [SMALLEST_ITEM] * items})
    if answer.status == 413:
        unproven(f"The target takes only smaller bodies: {answer}.")
    expect_status(answer, status)
