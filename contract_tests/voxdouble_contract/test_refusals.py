"""How a request that is wrong is refused (contract 2)."""

import pytest

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.refused import INVALID, PLAIN, UNPARSABLE, WRONG_TYPE, Case, Refused
from voxdouble_contract.runs import Runs, check_accepted
from voxdouble_contract.samples import hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import expect, expect_status, unproven

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
MOST_DETAILS = 20


@pytest.fixture(params=PLAIN)
def plain(request: pytest.FixtureRequest, refused: Refused) -> Exchange:
    """Send each of the plainly wrong requests."""
    return refusal(refused.answer(request.param, PLAIN[request.param]))


def refusal(answer: Exchange) -> Exchange:
    """Go on with an answer that refuses."""
    if answer.status < 400:
        unproven(f"The request was not refused: {answer}.")
    return answer


@statement("S23")
def test_unparsable_is_400(refused: Refused) -> None:
    """JSON that breaks off is answered 400."""
    expect_status(refused.answer("broken JSON", PLAIN["broken JSON"]), 400)


@statement("S24")
@pytest.mark.parametrize("name", ["no file", "voiceprints missing", "voiceprints not a list"])
def test_invalid_is_422(refused: Refused, name: str) -> None:
    """What can be parsed and is not valid is answered 422."""
    expect_status(refused.answer(name, PLAIN[name]), 422)


@statement("S28")
def test_file_is_needed(refused: Refused) -> None:
    """An upload under another name makes no task."""
    answer = refused.answer("no file", PLAIN["no file"])
    expect(400 <= answer.status < 500, "An upload without a part `file` should be refused.", answer)


@statement("S64")
def test_the_body_of_a_refusal_is_an_error(plain: Exchange) -> None:
    """The body has a type, a message and details at its top level."""
    for member in ("type", "message"):
        expect(isinstance(plain.get(member), str), f"The body should have a string `{member}`.", plain)
    detail = plain.get("detail")
    expect(detail is None or isinstance(detail, list), "`detail` should be a list.", plain)


@statement("S65")
def test_the_type_is_one_of_nine(plain: Exchange) -> None:
    """The type is one of the documented ones."""
    expect(plain.get("type") in ERROR_TYPES, "`type` should be one of the nine documented values.", plain)


@statement("S72")
def test_detail_is_a_list_even_when_empty(plain: Exchange) -> None:
    """The details are a list, not null and not missing."""
    expect(isinstance(plain.get("detail"), list), "`detail` should be a list.", plain)


@statement("S73")
def test_contexts_are_flat(refused: Refused) -> None:
    """The values of a detail's context are scalars or arrays of scalars."""
    answers = [refused.answer(name, case) for name, case in PLAIN.items() if case.status == 422]
    details = [(detail, answer) for answer in answers for detail in answer.details()]
    for detail, answer in details or unproven("No refusal had a detail."):
        values = (detail.get("context") or {}).values()
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        is_flat = all(isinstance(item, str | int | float | bool) for item in flat)
        expect(is_flat, "The values in `context` should be scalars, or arrays of scalars.", answer)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("broken JSON", "request.invalid", marks=statement("S66")),
        pytest.param("unknown task", "resource.not-found", marks=statement("S67")),
        pytest.param("wrong method", "method.invalid", marks=statement("S68")),
        pytest.param("no file", "request.validation-error", marks=statement("S70")),
        pytest.param("voiceprints missing", "request.validation-error", marks=statement("S70")),
    ],
)
def test_each_status_has_its_type(refused: Refused, name: str, wanted: str) -> None:
    """A refusal's type is that of its status."""
    answer = refused.answer(name, PLAIN[name])
    if answer.status != PLAIN[name].status:
        unproven(f"The answer was not {PLAIN[name].status}: {answer}.")
    expect(answer.get("type") == wanted, f"`type` should be {wanted}.", answer)


@statement("C6")
@pytest.mark.parametrize("name", WRONG_TYPE)
def test_a_wrong_content_type_is_422(refused: Refused, name: str) -> None:
    """A body of the wrong kind is answered 422, with the header as location."""
    check_located(refused.answer(name, WRONG_TYPE[name]), WRONG_TYPE[name])


@statement("C7")
@pytest.mark.parametrize("name", UNPARSABLE)
def test_what_cannot_be_parsed_is_400(refused: Refused, name: str) -> None:
    """Whatever cannot be parsed is answered 400 request.invalid."""
    answer = refused.answer(name, UNPARSABLE[name])
    expect_status(answer, 400)
    expect(answer.get("type") == "request.invalid", "`type` should be request.invalid.", answer)


@statement("C8")
@pytest.mark.parametrize("name", INVALID)
def test_details_name_the_member(refused: Refused, name: str) -> None:
    """What is not valid is answered 422, with the member as location."""
    check_located(refused.answer(name, INVALID[name]), INVALID[name])


@statement("S31")
def test_an_unknown_channel_mode_is_422(refused: Refused) -> None:
    """Another channel mode is answered 422."""
    expect_status(refused.answer("unknown channel mode", INVALID["unknown channel mode"]), 422)


@statement("S42")
def test_an_empty_list_is_422(refused: Refused) -> None:
    """A conversion of nothing is answered 422."""
    expect_status(refused.answer("empty list", INVALID["empty list"]), 422)


@statement("C8")
def test_there_are_twenty_details_at_most(target: Target) -> None:
    """Of thirty faults the first twenty are told."""
    answer = target.post_json(CONVERSION, {"voiceprints": [7] * 30})
    expect_status(answer, 422)
    found = answer.get("detail")
    expect(isinstance(found, list) and len(found) == MOST_DETAILS, "There should be 20 details.", answer)


@statement("C8")
def test_each_fault_has_its_detail(target: Target) -> None:
    """Two wrong parameters are told at once."""
    answer = target.post_media(EXTRACTION, hum(0.2), "?channel_mode=x&channels=-1")
    expect_status(answer, 422)
    wanted = [["query", "channel_mode"], ["query", "channels"]]
    found = [detail.get("location") for detail in answer.details()]
    expect(sorted(found, key=str) == wanted, f"The locations should be {wanted}.", answer)


def check_located(answer: Exchange, case: Case) -> None:
    """Check status and location of a refusal."""
    expect_status(answer, case.status)
    found = [detail.get("location") for detail in answer.details()]
    wanted = list(case.location or ())
    expect(wanted in found, f"A detail's location should be {wanted}.", answer)


@statement("S29")
def test_nothing_but_file_is_needed(runs: Runs) -> None:
    """An upload of `file` alone, without a content type of its own, is accepted."""
    check_accepted(runs.started("speech").start)
