"""The judgement of the mock by a pack: each difference is a finding about the statement that it concerns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec

from voxdouble.against.attribution import statement_of
from voxdouble.against.inputs import Inputs
from voxdouble.against.known import KnownDifference
from voxdouble.capture.headers import HeaderNotes, read_headers
from voxdouble.capture.run import refusal_of
from voxdouble.capture.technologies import BAD_INPUTS
from voxdouble.drift import facts as fact_changes
from voxdouble.drift.shapes import Place, leaves_of, shown
from voxdouble.pack_refusals import locations, read_refusals, type_in
from voxdouble_client import ApiError, ApplianceClient
from voxdouble_contract.exchange import printable
from voxdouble_contract.judging.document import document
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.statements import statements
from voxdouble_mock.packs.facts import Fact
from voxdouble_mock.packs.pack import Pack

MAX_FACTS = 2000
"""The most facts that are compared: the first ones in the order of their names."""
TOLERANCE = 0.01
"""The largest difference between two numbers that does not count: absolute for numbers below 1, else relative."""
MODEL = "model"
NOT_SERVED, REJECTED_RECORDING, REJECTED_VOICEPRINT = "C37", "C11", "C20"
DESCRIBED = "C34"
"""The statement on all requests and responses; it has the findings that no other statement covers."""
HEADERS = {"location": "S5", "x-location": "S6", "content-type": "C34", "retry-after": "C28"}
FORMS = {"location": "S8", "x-location": "C45"}
"""The statement that is broken if both sides send a header in different forms, and if it holds for the generation.

Otherwise the statement in HEADERS counts.
"""
REFUSALS_OF = {
    "an empty file": "C11",
    "bytes that are not audio": "C11",
    "an empty list": "S42",
    "malformed Base64": "C8",
    "an unknown channel mode": "S31",
}
"""The statement on the status of each bad input."""
OTHER_REFUSAL, TYPE_OF_REFUSAL, TYPE_OF_ERROR, LOCATIONS = "S24", "S65", "S15", "C8"
MAX_WORDS = 200


class Judgement:
    """The findings of one comparison. `notes` must see every exchange of the client."""

    def __init__(self, pack: Pack, client: ApplianceClient, notes: HeaderNotes) -> None:
        self._pack = pack
        self._client = client
        self._notes = notes
        self._generation = pack.header.generation
        self.findings: list[Finding] = []
        self.compared = self.left_out = 0
        """The numbers of facts that were compared, and of those that could not be."""

    def run(self) -> None:
        """Compare the facts, then the refusals, then the headers of all responses so far."""
        inputs = Inputs(self._pack, self._client)
        for key in sorted(self._pack.entries)[:MAX_FACTS]:
            fact = self._pack.fact(key)
            found = inputs.of(fact) if fact and is_computed(fact.technology) else None
            if fact is None or found is None:
                self.left_out += 1
                continue
            self.compared += 1
            self._compare(fact, f"{fact.technology} {key[:12]}", found.request, captured=found.captured)
        self._compare_refusals()
        self._compare_headers()

    def _compare(self, fact: Fact, name: str, request: Mapping[str, Any], *, captured: bool) -> None:
        try:
            answer = self._client.start(fact.technology, **request).wait()
        except ApiError as error:
            statement = NOT_SERVED if error.status in {404, 405} else DESCRIBED
            self._broken(statement, name, f"the mock answers {error.status} {error.type}, the appliance 202")
            return
        mine = msgspec.structs.replace(fact, state=answer.state, result=answer.result, error=answer.raw.get("error"))
        changes = fact_changes.changes(fact, mine, tolerance=TOLERANCE)
        counted = [change for change in changes if counts(change, captured=captured)]
        for change in counted:
            place = shown(change.place)
            self._broken(
                self._statement(fact, change.place, change.kind),
                name,
                f"`{place}` ({change.kind}): {change.old} in the pack, {change.new} from the mock",
            )
        broken = {self._statement(fact, change.place, change.kind) for change in counted}
        places = {*leaves_of({"result": fact.result}), ("task", "state")} if fact.result else {("error", "type")}
        self._passed({self._statement(fact, place, "") for place in places} - broken, name)

    def _statement(self, fact: Fact, place: Place, kind: str) -> str:
        if kind == fact_changes.STATE:
            return REJECTED_RECORDING if fact.sha256 else REJECTED_VOICEPRINT
        return statement_of_place(fact.technology, place, self._generation)

    def _compare_refusals(self) -> None:
        for name, theirs in read_refusals(self._pack.folder).items():
            if name not in BAD_INPUTS:
                continue
            mine = refusal_of(self._client, BAD_INPUTS[name])
            self._check(REFUSALS_OF.get(name, OTHER_REFUSAL), name, "status", theirs.get("status"), mine["status"])
            if theirs.get("status") != mine["status"]:
                continue
            if mine["status"] == 202:
                self._check(REJECTED_RECORDING, name, "state", theirs.get("state"), mine["state"])
                self._check(TYPE_OF_ERROR, name, "error.type", type_in(theirs.get("error")), type_in(mine["error"]))
            else:
                self._check(TYPE_OF_REFUSAL, name, "type", theirs.get("type"), mine["type"])
                self._check(LOCATIONS, name, "detail.location", locations(theirs), locations(mine))

    def _compare_headers(self) -> None:
        theirs, mine = read_headers(self._pack.folder), self._notes.found
        for kind in sorted(theirs.keys() & mine.keys()):
            for header, statement in HEADERS.items():
                old, new = theirs[kind].get(header), mine[kind].get(header)
                form = FORMS.get(header, statement)
                is_form = old is not None and new is not None and self._holds(form)
                self._check(form if is_form else statement, kind, f"header {header}", old, new)

    def _check(self, statement: str, name: str, place: str, theirs: object, mine: object) -> None:
        if theirs == mine:
            self._passed({statement}, name)
        else:
            self._broken(statement, name, f"`{place}`: {brief(theirs)} in the pack, {brief(mine)} from the mock")

    def _passed(self, found: Iterable[str], test: str) -> None:
        self.findings += [Finding(key, "passed", test) for key in sorted(found) if self._holds(key)]

    def _broken(self, statement: str, test: str, reason: str) -> None:
        key = statement if self._holds(statement) else DESCRIBED
        self.findings.append(Finding(key, "broken", test, f"{test}: {reason}."))

    def _holds(self, statement: str) -> bool:
        return statements()[statement].holds_for(frozenset({self._generation}))


@dataclass(frozen=True)
class Accounted:
    """Findings after the known differences are taken into account."""

    findings: list[Finding]
    outdated: list[str]
    """Statements with a known difference that no longer differ."""


def account(findings: Iterable[Finding], known: Mapping[str, KnownDifference]) -> Accounted:
    """Return the findings after the known differences.

    If a statement differs and its difference is known, its passed findings are dropped. Its broken findings become
    unproven, with the reason of the known difference.
    """
    found = list(findings)
    differing = {finding.statement for finding in found if finding.outcome == "broken"}
    judged = {finding.statement for finding in found}
    kept = [finding for finding in found if finding.statement not in known or finding.statement not in differing]
    for key in sorted(differing & known.keys()):
        reason = f"A known difference since {known[key].date}: {known[key].reason}"
        kept += [
            replace(finding, outcome="unproven", reason=reason)
            for finding in found
            if finding.statement == key and finding.outcome == "broken"
        ]
    return Accounted(kept, sorted((judged - differing) & known.keys()))


def is_computed(technology: str) -> bool:
    """Return whether a mock computes results of a technology, in any generation."""
    return f"/api/technology/{technology}" in document()["paths"]


def counts(change: fact_changes.Change, *, captured: bool) -> bool:
    """Return whether a change is a difference of the mock.

    A change of a digest never counts. A change of a text counts only in `model`. A change of a number counts only with
    the captured input.
    """
    if change.kind in {fact_changes.TEXTS, fact_changes.DIGESTS}:
        return change.kind == fact_changes.TEXTS and change.place[-1] == MODEL
    return captured or change.kind != fact_changes.NUMBERS


def brief(value: object) -> str:
    """Return a value from outside in a few words."""
    return "nothing" if value is None else printable(str(value))[:MAX_WORDS]


@cache
def statement_of_place(technology: str, place: Place, generation: str) -> str:
    """Return the statement that a place of a result rests on."""
    return statement_of(technology, place, generation)
