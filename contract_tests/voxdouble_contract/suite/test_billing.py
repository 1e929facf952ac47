"""The consumptions and the capacities that an appliance reports."""

from datetime import UTC, datetime, timedelta
from typing import Any

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect, expect_status, unproven
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import UPLOADS
from voxdouble_contract.samples.voiceprints import TINY
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import AGE, COMPARISON, EXTRACTION, GENDER
from voxdouble_contract.tasks import StartedTask, Tasks, watch

CONSUMPTIONS, CAPACITIES = "/api/billing/consumptions", "/api/billing/capacities"
PERIODS = ("month", "week", "day", "hour", "minute")
LENGTH = "processed_audio_length"
BILLED = ((EXTRACTION, "speech"), (EXTRACTION, "stereo"), (EXTRACTION, "not audio"), (GENDER, "speech"))
"""The uploads; the file that is not audio counts as 0 s."""
LABELS = {EXTRACTION: "speaker_identification", GENDER: "gender_identification"}
CAPACITY_LABELS = {**LABELS, AGE: "age_estimation"}
TOLERANCE = 0.1
"""Seconds: a compressed recording may be a frame longer."""


def consumed(target: Target) -> tuple[dict[str, float], Exchange]:
    """Return the seconds that each technology has processed, and the response that says so."""
    response = target.send("GET", CONSUMPTIONS)
    items = items_of(response)
    found = {technology_of(item): length_of(item) for item in items}
    expect(len(found) == len(items), "There must be one item for each technology.", response)
    return found, response


def items_of(response: Exchange) -> list[Any]:
    """Return the items of a 200; Broken unless they are a list."""
    expect_status(response, 200)
    items = response.get("items")
    expect(isinstance(items, list), "`items` must be a list.", response)
    return list(items)


def objects(item: object, member: str) -> list[dict[str, Any]]:
    """Return the objects in an item's list; an empty list if the item has no such member."""
    found = item.get(member) if isinstance(item, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def expect_objects(item: object, member: str, names: set[str], response: Exchange) -> None:
    """Raise Broken unless an item's member is a list, not empty, of objects with these members."""
    found = objects(item, member)
    is_whole = bool(found) and isinstance(item, dict) and len(found) == len(item[member])
    expect(is_whole, f"`{member}` of each item must be a list of at least one object.", response)
    spelled = " and ".join(f"`{name}`" for name in sorted(names))
    complete = all(names <= entry.keys() for entry in found)
    expect(complete, f"Each object in `{member}` must have {spelled}.", response)


def technology_of(item: object) -> str:
    """Return an item's label."""
    return str(next((label.get("value") for label in objects(item, "labels") if label.get("key") == "technology"), ""))


def length_of(item: object) -> float:
    """Return an item's seconds of audio."""
    amounts = [amount for amount in objects(item, "consumptions") if amount.get("property") == LENGTH]
    seconds = amounts[0].get("consumption") if amounts else None
    return float(seconds) if isinstance(seconds, int | float) else 0.0


@statement("S83")
def test_consumptions_have_labels_and_amounts(target: Target, tasks: Tasks) -> None:
    """Once a recording is processed, each item has labels with key and value, and amounts with their property."""
    tasks.upload("speech").done()
    response = target.send("GET", CONSUMPTIONS)
    if response.status == 404:
        unproven("The target has no such path.")
    for item in items_of(response) or unproven("The target reports no consumption."):
        expect_objects(item, "labels", {"key", "value"}, response)
        expect_objects(item, "consumptions", {"property", "consumption"}, response)


def periods_of(response: Exchange) -> list[dict[str, Any]]:
    """Return the current period of each item; Broken unless each is an object, unproven without items."""
    items = items_of(response) or unproven("The target reports no capacity.")
    found = [item.get("current_period") if isinstance(item, dict) else None for item in items]
    periods = [period for period in found if isinstance(period, dict)]
    expect(len(periods) == len(items), "Each item must have an object `current_period`.", response)
    return periods


@statement("S84")
def test_capacities_have_labels_and_a_period(target: Target) -> None:
    """Each item has labels with key and value, and a period with its kind, its two times and the remaining capacity."""
    response = target.send("GET", CAPACITIES)
    if response.status == 404:
        unproven("The target has no such path.")
    for period in periods_of(response):
        expect(period.get("period") in PERIODS, f"`period` must be one of {', '.join(PERIODS)}.", response)
        for name in ("start_time", "end_time"):
            expect(period.get(name) is not None, f"Each period must have `{name}`.", response)
        remaining = period.get("has_remaining_capacity")
        expect(isinstance(remaining, bool), "`has_remaining_capacity` must be true or false.", response)
    for item in items_of(response):
        expect_objects(item, "labels", {"key", "value"}, response)


@statement("C43")
def test_capacity_remains_in_the_month_of_the_clock(target: Target) -> None:
    """There is one item for each technology with recordings that is served, and capacity remains in its month."""
    response = target.send("GET", CAPACITIES)
    expect_status(response, 200)
    wanted = [label for technology, label in CAPACITY_LABELS.items() if target.may_serve(technology)]
    found = sorted(technology_of(item) for item in items_of(response))
    expect(found == sorted(wanted), f"There must be items for {', '.join(wanted)}, got {found}.", response)
    if target.kind != "mock":
        unproven("The target's clock is not known.")
    shown = datetime.fromtimestamp(target.clock.now(), UTC)
    later = (shown.replace(day=28) + timedelta(days=4)).replace(day=1)
    for period in periods_of(response):
        expect(period.get("period") == "month", "`period` must be month.", response)
        expect(period.get("start_time") == first_of(shown), f"`start_time` must be {first_of(shown)}.", response)
        expect(period.get("end_time") == first_of(later), f"`end_time` must be {first_of(later)}.", response)
        expect(period.get("has_remaining_capacity") is True, "Capacity must remain.", response)


def first_of(day: datetime) -> str:
    """Return the beginning of a month as text."""
    return f"{day:%Y-%m}-01T00:00:00Z"


@statement("C36")
def test_processed_audio_is_counted(movable_clock: Target) -> None:
    """A technology counts the seconds of all channels of its recordings; voiceprints and bad files count 0."""
    before, _ = consumed(movable_clock)
    wanted = dict.fromkeys(LABELS.values(), 0.0)
    started = []
    for technology, name in BILLED:
        media = UPLOADS[name].media()
        started.append(StartedTask(movable_clock, technology, movable_clock.post_media(technology, media)))
        wanted[LABELS[technology]] += media.seconds
    body = {"voiceprints_a": [TINY], "voiceprints_b": [TINY]}
    started.append(StartedTask(movable_clock, COMPARISON, movable_clock.post_json(COMPARISON, body)))
    watch(*(task.accepted() for task in started))
    for task in started:
        task.ended()
    after, response = consumed(movable_clock)
    found = {label: after[label] - before.get(label, 0.0) for label in after}
    expect(found.keys() == wanted.keys(), f"There must be items for {', '.join(wanted)}.", response)
    are_near = all(abs(found[label] - seconds) <= TOLERANCE for label, seconds in wanted.items())
    expect(are_near, f"The seconds must have grown by {wanted}, got {found}.", response)
