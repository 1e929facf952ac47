"""The status, type and details of a refusal."""

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.bad_requests import (
    DOCUMENTED,
    INVALID,
    UNPARSABLE,
    WRONG_TYPE,
    BadRequest,
    Refusals,
)
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION
from voxdouble_contract.tasks import Tasks

ERROR_TYPES = frozenset(
    {
        "internal",
        "method.invalid",
        "request.forbidden",
        "request.invalid",
        "request.rate-limit-exceeded",
        "request.size-limit-exceeded",
        "request.validation-error",
        "resource.not-found",
        "storage.capacity-exceeded",
    }
)
MAX_DETAILS = 20


@pytest.fixture(params=DOCUMENTED)
def refusal(request: pytest.FixtureRequest, refusals: Refusals) -> Exchange:
    """Return the refusal of each bad request whose status is documented."""
    response = refusals.response_to(request.param, DOCUMENTED[request.param])
    if response.status < 400:
        unproven(f"The request was not refused: {response}.")
    return response


@statement("S23")
def test_unparsable_json_is_400(refusals: Refusals) -> None:
    """JSON that is cut gets a 400."""
    expect_status(refusals.response_to("broken JSON", DOCUMENTED["broken JSON"]), 400)


@statement("S24")
@pytest.mark.parametrize("name", ["no file", "voiceprints missing", "voiceprints not a list"])
def test_an_invalid_body_is_422(refusals: Refusals, name: str) -> None:
    """A body that can be parsed and is not valid gets a 422."""
    expect_status(refusals.response_to(name, DOCUMENTED[name]), 422)


@statement("S28")
def test_the_part_file_is_required(refusals: Refusals) -> None:
    """An upload under another name makes no task."""
    response = refusals.response_to("no file", DOCUMENTED["no file"])
    expect(400 <= response.status < 500, "An upload without a part `file` must be refused.", response)


@statement("S64")
def test_the_body_of_a_refusal_is_an_error(refusal: Exchange) -> None:
    """The body has `type` and `message` at its top level, and `detail`, if it has that, is a list."""
    for member in ("type", "message"):
        expect(isinstance(refusal.get(member), str), f"The body must have a string `{member}`.", refusal)
    detail = refusal.get("detail")
    expect(detail is None or isinstance(detail, list), "`detail` must be a list.", refusal)


@statement("S65")
def test_the_type_is_one_of_the_nine(refusal: Exchange) -> None:
    """The type is one of the documented values."""
    found = refusal.get("type")
    is_known = isinstance(found, str) and found in ERROR_TYPES
    expect(is_known, f"`type` must be one of {', '.join(sorted(ERROR_TYPES))}, got {found!r}.", refusal)


@statement("S72")
def test_detail_is_a_list_even_if_empty(refusal: Exchange) -> None:
    """`detail` is a list, not null and not absent."""
    expect(isinstance(refusal.get("detail"), list), "`detail` must be a list.", refusal)


@statement("S73")
def test_context_values_are_flat(refusals: Refusals) -> None:
    """The values of a detail's context are scalars or arrays of scalars."""
    responses = [refusals.response_to(name, bad) for name, bad in DOCUMENTED.items() if bad.status == 422]
    details = [(detail, response) for response in responses for detail in response.details()]
    for detail, response in details or unproven("No refusal had a detail."):
        context = detail.get("context") or {}
        expect(isinstance(context, dict), "`context` must be an object.", response)
        flat = [item for value in context.values() for item in (value if isinstance(value, list) else [value])]
        is_flat = all(isinstance(item, str | int | float | bool) for item in flat)
        expect(is_flat, "The values in `context` must be scalars, or arrays of scalars.", response)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("broken JSON", "request.invalid", marks=statement("S66")),
        pytest.param("unknown task", "resource.not-found", marks=statement("S67")),
        pytest.param("wrong method", "method.invalid", marks=statement("S68", "C40")),
        pytest.param("no file", "request.validation-error", marks=statement("S70")),
        pytest.param("voiceprints missing", "request.validation-error", marks=statement("S70")),
    ],
)
def test_each_status_has_its_type(refusals: Refusals, name: str, wanted: str) -> None:
    """The type of a refusal is that of its status."""
    response = refusals.response_to(name, DOCUMENTED[name])
    if response.status != DOCUMENTED[name].status:
        unproven(f"The status was not {DOCUMENTED[name].status}: {response}.")
    expect(response.get("type") == wanted, f"`type` must be {wanted}.", response)


@statement("C6")
@pytest.mark.parametrize("name", WRONG_TYPE)
def test_a_wrong_content_type_is_422(refusals: Refusals, name: str) -> None:
    """A body of the wrong content type gets a 422 with the header as location."""
    check_location(refusals.response_to(name, WRONG_TYPE[name]), WRONG_TYPE[name])


@statement("C7")
@pytest.mark.parametrize("name", UNPARSABLE)
def test_an_unparsable_request_is_400(refusals: Refusals, name: str) -> None:
    """A request that cannot be parsed gets a 400 request.invalid."""
    response = refusals.response_to(name, UNPARSABLE[name])
    expect_status(response, 400)
    expect(response.get("type") == "request.invalid", "`type` must be request.invalid.", response)


@statement("C8")
@pytest.mark.parametrize("name", INVALID)
def test_details_name_the_member(refusals: Refusals, name: str) -> None:
    """A request that is not valid gets a 422 with the member as location."""
    check_location(refusals.response_to(name, INVALID[name]), INVALID[name])


@statement("S31")
def test_an_unknown_channel_mode_is_422(refusals: Refusals) -> None:
    """A channel mode other than `split` and `mix` gets a 422."""
    expect_status(refusals.response_to("unknown channel mode", INVALID["unknown channel mode"]), 422)


@statement("S42")
def test_an_empty_list_is_422(refusals: Refusals) -> None:
    """A conversion of an empty list gets a 422."""
    expect_status(refusals.response_to("empty list", INVALID["empty list"]), 422)


@statement("C8")
def test_there_are_at_most_twenty_details(target: Target) -> None:
    """A list with thirty invalid items gets the details of the first twenty."""
    response = target.post_json(CONVERSION, {"voiceprints": [7] * 30})
    expect_status(response, 422)
    found = response.get("detail")
    expect(isinstance(found, list) and len(found) == MAX_DETAILS, f"There must be {MAX_DETAILS} details.", response)


@statement("C8")
def test_each_invalid_parameter_has_its_detail(target: Target) -> None:
    """Two invalid parameters are reported in one response."""
    response = target.post_media(EXTRACTION, tone(0.2), "?channel_mode=x&channels=-1")
    expect_status(response, 422)
    wanted = [["query", "channel_mode"], ["query", "channels"]]
    found = [detail.get("location") for detail in response.details()]
    expect(sorted(found, key=str) == wanted, f"The locations must be {wanted}, got {found}.", response)


def check_location(response: Exchange, bad: BadRequest) -> None:
    """Raise Broken unless the refusal has the status and the location that are expected."""
    expect_status(response, bad.status)
    found = [detail.get("location") for detail in response.details()]
    wanted = list(bad.location or ())
    expect(wanted in found, f"A detail's location must be {wanted}, got {found}.", response)


@statement("S29")
def test_the_part_file_is_enough(tasks: Tasks) -> None:
    """An upload of `file` alone, without a content type of the part, is accepted."""
    tasks.upload("speech").accepted()
