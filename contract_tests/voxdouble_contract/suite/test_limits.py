"""Requests that are too large, too slow or too long. For an unknown limit the default may be tried."""

import time
from base64 import b64encode
from collections.abc import Iterator

import pytest

from voxdouble_contract.exchange import Exchange, is_whole_number
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.samples.voiceprints import TINY
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.profile import FILLING
from voxdouble_contract.target.raw import MULTIPART, multipart_head
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.targets import MAX_FEW_TASKS
from voxdouble_contract.target.technologies import (
    AGE_VOICEPRINTS,
    COMPARISON,
    CONVERSION,
    EXTRACTION,
    GENDER_VOICEPRINTS,
    UNAVAILABLE,
)
from voxdouble_contract.tasks import StartedTask

DEFAULT_UPLOAD = 500_000_000
LARGEST_PROBE = 50_000_000
LONGEST_LIST_PROBE = 1000
LONGEST_SLOW_UPLOAD = 10.0
SILENCE_SECONDS = 3.0
"""Seconds to wait for the response of a real target to a head without its body. The target may never respond."""
OWN_SECONDS = 30.0
"""Seconds to wait for the same response of our mock, which always responds."""
BYTES_PER_SECOND = 16_000
"""Of the tone that is sent: 8 kHz, 16 bits."""


def wait_seconds(target: Target) -> float:
    """Return how long to wait for a response of the target that may never come."""
    return OWN_SECONDS if target.own else SILENCE_SECONDS


@pytest.fixture(scope="session")
def too_large(limited: Target) -> Exchange:
    """Return the response to an upload over the size limit.

    If the limit is unknown or too large, a head is sent without its body. Its `Content-Length` exceeds the limit, or
    the vendor's default if that is unknown, by 100 MB.
    """
    limit = limited.profile.max_upload
    if limit is not None and limit <= LARGEST_PROBE:
        response = limited.post_media(EXTRACTION, Media("large.wav", b"\x00" * (limit + 1)))
    else:
        headers = {"Content-Type": MULTIPART, "Content-Length": str((limit or DEFAULT_UPLOAD) + 100_000_000)}
        path = limited.path(EXTRACTION)
        response = limited.raw("POST", path, headers, body=[multipart_head()], timeout=wait_seconds(limited))
    if response.status in {403, 404} or (not response.status and limit is None):
        unproven(f"The technology is not offered, or an announcement alone is not refused: {response}.")
    return response


@statement("S60")
def test_an_upload_over_the_limit_is_refused(too_large: Exchange) -> None:
    """An upload over the size limit makes no task."""
    if too_large.status >= 500 and too_large.status != 507:
        unproven(f"The target failed instead of refusing: {too_large}.")
    expect(400 <= too_large.status < 600, "An upload over the limit must be refused.", too_large)


@statement("S25", "S82")
def test_a_body_over_the_limit_is_413(too_large: Exchange) -> None:
    """An upload over the size limit gets a 413."""
    expect_status(too_large, 413)


@statement("S69")
def test_a_413_has_its_type(too_large: Exchange) -> None:
    """A 413 of the appliance itself has the type request.size-limit-exceeded."""
    if too_large.status != 413 or too_large.json is None:
        unproven(f"There was no 413 of the appliance itself: {too_large}.")
    has_type = too_large.get("type") == "request.size-limit-exceeded"
    expect(has_type, "`type` must be request.size-limit-exceeded.", too_large)


def known_storage(target: Target) -> int:
    """Return the bytes of the target's input storage; unproven if it cannot be filled."""
    storage = target.profile.fillable_storage
    if storage is None:
        unproven("No upload can fill the input storage (a profile may name an input_storage and a larger max_upload).")
    return storage


@pytest.fixture(scope="session")
def full_storage(limited: Target) -> Exchange:
    """Return the response to an upload that is larger than the input storage, and below the limit of an upload."""
    return limited.post_media(EXTRACTION, tone((known_storage(limited) + FILLING // 2) / BYTES_PER_SECOND))


@statement("S26")
def test_full_storage_is_507(full_storage: Exchange) -> None:
    """An upload that does not fit into the storage gets a 507."""
    expect_status(full_storage, 507)


@statement("S71")
def test_a_507_has_its_type(full_storage: Exchange) -> None:
    """A 507 has the type storage.capacity-exceeded."""
    if full_storage.status != 507:
        unproven(f"The response was not a 507: {full_storage}.")
    has_type = full_storage.get("type") == "storage.capacity-exceeded"
    expect(has_type, "`type` must be storage.capacity-exceeded.", full_storage)


@statement("S27")
def test_a_conversion_needs_no_storage(limited: Target) -> None:
    """A conversion larger than the whole input storage does not get a 507."""
    items = [TINY * (known_storage(limited) // len(TINY) + 1)]
    response = limited.post_json(CONVERSION, {"voiceprints": items})
    expect(response.status != 507, "A conversion must not get a 507.", response)


@statement("C41")
@pytest.mark.parametrize("technology", [GENDER_VOICEPRINTS, AGE_VOICEPRINTS])
def test_voiceprints_need_no_storage(limited: Target, technology: str) -> None:
    """Gender and age of voiceprints larger than the whole input storage do not get a 507."""
    items = [TINY * (known_storage(limited) // len(TINY) + 1)]
    response = limited.post_json(technology, {"voiceprints": items})
    if response.status in UNAVAILABLE:
        unproven(f"The technology {UNAVAILABLE[response.status]} here: {response}.")
    expect(response.status != 507, "The start must not get a 507.", response)


@pytest.fixture(scope="session")
def too_long(limited: Target) -> StartedTask:
    """Return the task of a recording that is longer than the limit."""
    limit = limited.profile.max_audio_seconds
    if limit is None or limit * BYTES_PER_SECOND > LARGEST_PROBE:
        unproven("The limit of audio is unknown, or too long to try (a profile may name max_audio_seconds).")
    return StartedTask(limited, EXTRACTION, limited.post_media(EXTRACTION, tone(limit + 1.0)))


@statement("S59")
def test_a_long_recording_is_accepted_and_not_processed(too_long: StartedTask) -> None:
    """A recording over the length limit is accepted, and its task does not end done."""
    task = too_long.accepted().ended()
    expect(task.state != "done", "A recording over the limit must not be processed.", task.last)


@statement("S81")
def test_a_long_recording_ends_rejected(too_long: StartedTask) -> None:
    """The task of a recording over the length limit ends rejected."""
    task = too_long.accepted().ended()
    expect(task.state == "rejected", "The task must end rejected.", task.last)


def slow_body(seconds: float) -> Iterator[bytes]:
    """Yield the bytes of a body that takes that long."""
    yield multipart_head()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        yield b"\x00"


@statement("S61")
def test_a_slow_upload_is_refused(short_upload_time: Target) -> None:
    """An upload that takes longer than the limit makes no task."""
    limit = short_upload_time.profile.max_upload_seconds
    if limit is None or limit > LONGEST_SLOW_UPLOAD:
        unproven("The time limit of uploads is unknown, or too long to try (a profile may name max_upload_seconds).")
    headers = {"Content-Type": MULTIPART, "Content-Length": "50000"}
    body = slow_body(limit + 0.2)
    path, timeout = short_upload_time.path(EXTRACTION), wait_seconds(short_upload_time)
    response = short_upload_time.raw("POST", path, headers, audio=0.0, body=body, timeout=timeout)
    is_refused = 400 <= response.status < 600 or (not response.status and "timed out" not in response.failure)
    expect(is_refused, "An upload that takes too long must be refused.", response)


@statement("S41")
def test_a_list_as_long_as_the_limit_is_accepted(limited: Target) -> None:
    """A list of exactly as many voiceprints as the limit is accepted."""
    limit = limited.profile.max_list
    if limit is None or limit > LONGEST_LIST_PROBE:
        unproven("The limit of a list is unknown, or too long to try (a profile may name max_list).")
    expect_status(limited.post_json(CONVERSION, {"voiceprints": [TINY] * limit}), 202)


@statement("S43")
def test_a_list_over_the_limit_is_422(limited: Target) -> None:
    """A list of one voiceprint more than the limit gets a 422, while a list of two does not."""
    limit = limited.profile.max_list or 50_000
    some = limited.post_json(CONVERSION, {"voiceprints": [TINY] * 2})
    if some.status != 202:
        unproven(f"The target checks the voiceprints first: {some}.")
    response = limited.post_json(CONVERSION, {"voiceprints": [TINY] * (limit + 1)})
    if limited.profile.max_list is None and response.status in {202, 413}:
        unproven(f"This target has another limit: {response}.")
    expect_status(response, 422)


@statement("C28")
def test_too_many_live_tasks_are_503(few_tasks: Target) -> None:
    """A task more than there is room for gets a 503 with `Retry-After`, and the earlier tasks stay."""
    body = {"voiceprints_a": [TINY], "voiceprints_b": [TINY]}
    started = [StartedTask(few_tasks, COMPARISON, few_tasks.post_json(COMPARISON, body)) for _ in range(MAX_FEW_TASKS)]
    response = few_tasks.post_json(COMPARISON, body, retry=False)
    expect_status(response, 503)
    expect(response.get("type") == "internal", "`type` must be internal.", response)
    expect(
        is_whole_number(response.headers.get("Retry-After", "")), "There must be a `Retry-After` in seconds.", response
    )
    for task in started:
        expect_status(task.accepted().poll(), 200)


@statement("C27")
@pytest.mark.parametrize("technology", [EXTRACTION, CONVERSION])
def test_the_limit_of_size_is_the_vendors(target: Target, technology: str) -> None:
    """A body of 600 MB is refused as soon as it is announced."""
    content_type = MULTIPART if technology == EXTRACTION else "application/json"
    headers = {"Content-Type": content_type, "Content-Length": "600000000"}
    response = target.raw("POST", target.path(technology), headers, timeout=wait_seconds(target))
    expect_status(response, 413)


@statement("C27")
@pytest.mark.parametrize(("items", "status"), [(50_000, 202), (50_001, 422)])
def test_the_limit_of_a_list_is_the_vendors(target: Target, items: int, status: int) -> None:
    """A list of 50,000 voiceprints is accepted, and one of 50,001 is not."""
    response = target.post_json(CONVERSION, {"voiceprints": [TINY] * items})
    if response.status == 413:
        unproven(f"The target accepts only smaller bodies: {response}.")
    expect_status(response, status)


@statement("C27")
@pytest.mark.parametrize(("size", "status"), [(1 << 20, 202), ((1 << 20) + 3, 422)])
def test_the_limit_of_a_voiceprint(target: Target, size: int, status: int) -> None:
    """A voiceprint of a mebibyte is accepted, and a longer one is refused."""
    response = target.post_json(CONVERSION, {"voiceprints": [b64encode(bytes(size)).decode()]})
    if response.status == 413:
        unproven(f"The target accepts only smaller bodies: {response}.")
    expect_status(response, status)
