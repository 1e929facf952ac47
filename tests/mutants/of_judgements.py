"""Appliances with errors in gender, age or consumptions."""

from collections.abc import Callable
from typing import Any

from tests.mutants.changes import Mutant, Result, accepted, member, renamed, results, status, updated
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses

GENDER, AGE = "gender-identification", "age-estimation"


def judgements(technology: str, change: Callable[[Result], object]) -> Wrap:
    """Return middleware that changes the entry of each channel and of each voiceprint."""

    def each(result: Result) -> None:
        for entry in [*result.get("channels", []), *result.get("results", [])]:
            change(entry)

    return results(technology, each)


def in_percent(entry: Result) -> None:
    """Change probabilities to per cent."""
    for score in (entry["score_male"], entry["score_female"]):
        if score:
            score["probability"] *= 100


def with_a_larger_sum(entry: Result) -> None:
    """Change the less probable gender's probability so that both sum to 1.05."""
    male, female = entry["score_male"], entry["score_female"]
    if male:
        lower, higher = sorted((male, female), key=lambda score: float(score["probability"]))
        lower["probability"] = 1.05 - higher["probability"]


def single(entry: Result) -> None:
    """Reduce each score to its probability."""
    for name in ("score_male", "score_female"):
        entry[name] = entry[name] and entry[name]["probability"]


def without_nulls(entry: Result) -> None:
    """Remove the members that are null."""
    for name in [name for name, value in entry.items() if value is None]:
        del entry[name]


def exchanged(entry: Result) -> None:
    """Exchange the log-likelihood ratios of both genders."""
    male, female = entry["score_male"], entry["score_female"]
    if male:
        male["score_llr"], female["score_llr"] = female["score_llr"], male["score_llr"]


def bills(change: Callable[[list[Any]], list[Any]]) -> Wrap:
    """Return middleware that changes the items of the consumptions."""
    return changing_responses(
        lambda request, response: (
            member("items", value=change)(response) if request.path.endswith("/billing/consumptions") else None
        )
    )


def rated(items: list[Any]) -> list[Any]:
    """Report minutes instead of seconds."""
    for item in items:
        item["consumptions"][0]["consumption"] /= 60
    return items


def each_item(change: Callable[[dict[str, Any]], object]) -> Wrap:
    """Return middleware that changes each item of the consumptions in place."""

    def changed(items: list[Any]) -> list[Any]:
        for item in items:
            change(item)
        return items

    return bills(changed)


def on_capacities(change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes the response with the capacities."""
    return changing_responses(
        lambda request, response: change(response) if request.path.endswith("/billing/capacities") else None
    )


def capacities(change: Callable[[dict[str, Any]], object]) -> Wrap:
    """Return middleware that changes each item of the capacities in place."""

    def changed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for item in items:
            change(item)
        return items

    return on_capacities(member("items", value=changed))


def periods(change: Callable[[dict[str, Any]], object]) -> Wrap:
    """Return middleware that changes the period of each capacity in place."""
    return capacities(lambda item: change(item["current_period"]))


def ended_at_once(period: dict[str, Any]) -> None:
    """Set the end of a period to its beginning."""
    period["end_time"] = period["start_time"]


def first_twice(items: list[Any]) -> list[Any]:
    """Return the items with the first one twice."""
    return [*items, items[0]]


def in_first(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """Return a change of the first entry of an item's list."""
    return lambda item: change(item[name][0])


def taking_range(end: str) -> Wrap:
    """Return middleware that accepts a refused range with that end."""
    return changing_responses(
        lambda request, response: (
            accepted(response) if response.status == 422 and request.query.get("range_to") == end else None
        )
    )


def ignoring_for_age(*parameters: str) -> Wrap:
    """Return middleware that removes parameters from the queries of age estimation."""

    def change(request: Request) -> None:
        if AGE in request.path:
            request.ask(**dict.fromkeys(parameters))

    return changing_requests(change)


MUTANTS = [
    Mutant("C19", "silence has an age", judgements(AGE, updated(age=lambda found: 0 if found is None else found))),
    Mutant(
        "C19",
        "silence has no gender at all",
        judgements(GENDER, lambda entry: None if entry["score_male"] else entry.pop("score_male")),
    ),
    Mutant("C23", "a range that ends at 0 is the whole recording", taking_range("0")),
    Mutant("C23", "range_to may be less than range_from", taking_range("0.25")),
    Mutant("C23", "an empty range is accepted", taking_range("0.5")),
    Mutant("C23", "ranges are not checked for ages", ignoring_for_age("range_from", "range_to")),
    Mutant("S85", "the beginning of a segment is ignored", ignoring_for_age("range_from")),
    Mutant("S85", "the end of a segment is ignored", ignoring_for_age("range_to")),
    Mutant("C35", "a score is a probability alone", judgements(GENDER, single)),
    Mutant("C35", "the genders have other names", judgements(GENDER, renamed("score_male", "male"))),
    Mutant("C35", "probabilities are in per cent", judgements(GENDER, in_percent)),
    Mutant("C35", "probabilities sum to 1.05", judgements(GENDER, with_a_larger_sum)),
    Mutant("C35", "the ratios of the genders are exchanged", judgements(GENDER, exchanged)),
    Mutant("C35", "an age has a fraction", judgements(AGE, updated(age=lambda found: found and found + 0.5))),
    Mutant(
        "C35",
        "a recording's speech has no length",
        results(AGE, lambda result: [channel.pop("speech_length") for channel in result.get("channels", [])]),
    ),
    Mutant("C35", "channels are numbered from one", judgements(AGE, updated(channel_number=lambda found: found + 1))),
    Mutant(
        "C35", "voiceprints are judged in reverse", results(GENDER, lambda result: result.get("results", []).reverse())
    ),
    Mutant(
        "C35",
        "the age of a recording is not that of its voiceprint",
        results(
            AGE,
            lambda result: [
                channel.update(age=channel["age"] + 1) for channel in result.get("channels", []) if channel["age"]
            ],
        ),
    ),
    Mutant("S86", "silence has no member for its age", judgements(AGE, without_nulls)),
    Mutant("S86", "silence has no member for its gender", judgements(GENDER, without_nulls)),
    Mutant("S83", "an amount is a value", each_item(in_first("consumptions", renamed("consumption", "value")))),
    Mutant("S83", "a property is a name", each_item(in_first("consumptions", renamed("property", "name")))),
    Mutant("S83", "an item has no amounts", each_item(lambda item: item.pop("consumptions"))),
    Mutant("S83", "a label's key is its name", each_item(in_first("labels", renamed("key", "name")))),
    Mutant("S83", "a label has no value", each_item(lambda item: item["labels"][0].pop("value"))),
    Mutant(
        "S83",
        "labels are an object",
        each_item(lambda item: item.update(labels={one["key"]: one["value"] for one in item["labels"]})),
    ),
    Mutant("S84", "the capacities get a 500", on_capacities(status(500))),
    Mutant("S84", "the capacities have no items", on_capacities(member("items", drop=True))),
    Mutant("S84", "a capacity has no labels", capacities(lambda item: item.pop("labels"))),
    Mutant("S84", "a label of a capacity has no key", capacities(lambda item: item["labels"][0].pop("key"))),
    Mutant("S84", "a label of a capacity has no value", capacities(lambda item: item["labels"][0].pop("value"))),
    Mutant("S84", "a capacity has no period", capacities(lambda item: item.pop("current_period"))),
    Mutant("S84", "the period is a year", periods(updated(period="year"))),
    Mutant("S84", "the kind of period is missing", periods(lambda period: period.pop("period"))),
    Mutant("S84", "a period has no beginning", periods(renamed("start_time", "start"))),
    Mutant("S84", "a period has no end", periods(renamed("end_time", "end"))),
    Mutant("S84", "the remaining capacity is missing", periods(lambda period: period.pop("has_remaining_capacity"))),
    Mutant("S84", "the remaining capacity is a number", periods(updated(has_remaining_capacity=17))),
    Mutant("C43", "a capacity is used up", periods(updated(has_remaining_capacity=False))),
    Mutant("C43", "the period is a day", periods(updated(period="day"))),
    Mutant("C43", "the period began a year before", periods(updated(start_time="2025-11-01T00:00:00Z"))),
    Mutant("C43", "the period ends at its beginning", periods(ended_at_once)),
    Mutant("C43", "age has no capacity", on_capacities(member("items", value=lambda items: items[1:]))),
    Mutant(
        "C43",
        "the capacity of a technology is listed twice",
        on_capacities(member("items", value=first_twice)),
    ),
    Mutant("C36", "minutes are counted", bills(rated)),
    Mutant(
        "C36",
        "gender is not counted",
        bills(lambda items: [item for item in items if "gender" not in item["labels"][0]["value"]]),
    ),
    Mutant("C36", "each item is repeated", bills(lambda items: items * 2)),
    Mutant(
        "C36",
        "voiceprints are counted",
        bills(lambda items: [*items, {"labels": [{"key": "technology", "value": "x"}], "consumptions": []}]),
    ),
]
