"""Appliances that judge gender and age wrongly, or count wrongly what they heard."""

from collections.abc import Callable
from typing import Any

from tests.mutants.changes import Mutant, Result, accepted, member, renamed, results, updated
from tests.mutants.middleware import Wrap, changing_responses

GENDER, AGE = "gender-identification", "age-estimation"


def judgements(technology: str, change: Callable[[Result], object]) -> Wrap:
    """Change what is said of each channel and of each voiceprint."""

    def each(result: Result) -> None:
        for entry in [*result.get("channels", []), *result.get("results", [])]:
            change(entry)

    return results(technology, each)


def in_percent(entry: Result) -> None:
    """Tell probabilities in percent."""
    for score in (entry["score_male"], entry["score_female"]):
        if score:
            score["probability"] *= 100


def single(entry: Result) -> None:
    """Tell probabilities alone."""
    for name in ("score_male", "score_female"):
        entry[name] = entry[name] and entry[name]["probability"]


def exchanged(entry: Result) -> None:
    """Take the ratios of one gender for the other's."""
    male, female = entry["score_male"], entry["score_female"]
    if male:
        male["score_llr"], female["score_llr"] = female["score_llr"], male["score_llr"]


def bills(change: Callable[[list[Any]], list[Any]]) -> Wrap:
    """Change the items of the consumptions."""
    return changing_responses(
        lambda request, answer: (
            member("items", value=change)(answer) if request.path.endswith("/billing/consumptions") else None
        )
    )


def rated(items: list[Any]) -> list[Any]:
    """Count a second for a minute."""
    for item in items:
        item["consumptions"][0]["value"] /= 60
    return items


def taking_range(end: str) -> Wrap:
    """Accept a range with that end, which is refused."""
    return changing_responses(lambda q, a: accepted(a) if a.status == 422 and q.query.get("range_to") == end else None)


MUTANTS = [
    Mutant("C19", "silence has an age", judgements(AGE, updated(age=lambda found: 0 if found is None else found))),
    Mutant(
        "C19",
        "silence has no gender at all",
        judgements(GENDER, lambda entry: None if entry["score_male"] else entry.pop("score_male")),
    ),
    Mutant("C23", "a range that ends at 0 is the whole recording", taking_range("0")),
    Mutant("C23", "ends of a range may come in any order", taking_range("0.25")),
    Mutant("C23", "an empty range is heard", taking_range("0.5")),
    Mutant("C35", "a gender has a name alone", judgements(GENDER, single)),
    Mutant("C35", "the genders have other names", judgements(GENDER, renamed("score_male", "male"))),
    Mutant("C35", "probabilities are told in percent", judgements(GENDER, in_percent)),
    Mutant("C35", "the ratios are the other gender's", judgements(GENDER, exchanged)),
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
        "a recording sounds older than its voiceprint",
        results(
            AGE,
            lambda result: [
                channel.update(age=channel["age"] + 1) for channel in result.get("channels", []) if channel["age"]
            ],
        ),
    ),
    Mutant("C36", "minutes are counted", bills(rated)),
    Mutant(
        "C36",
        "gender is free",
        bills(lambda items: [item for item in items if "gender" not in item["labels"][0]["value"]]),
    ),
    Mutant("C36", "each item comes twice", bills(lambda items: items * 2)),
    Mutant(
        "C36",
        "voiceprints are counted",
        bills(lambda items: [*items, {"labels": [{"key": "technology", "value": "x"}], "consumptions": []}]),
    ),
]
