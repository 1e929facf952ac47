"""Appliances with errors in comparison and merging."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

from tests.mutants.changes import (
    Mutant,
    Result,
    accepted,
    member,
    on_status,
    on_task,
    renamed,
    results,
    status,
    updated,
)
from tests.mutants.middleware import Request, Response, Wrap, changing_requests, changing_responses

COMPARISON, MERGING = "comparison", "merging"
BODY = "mutant.lists"


def scores(change: Callable[[Result], object]) -> Wrap:
    """Return middleware that changes the scores of each comparison."""
    return results(COMPARISON, lambda result: change(result["scores"]))


def lists(technology: str, change: Callable[[dict[str, list[str]]], object]) -> Wrap:
    """Return middleware that changes the lists of voiceprints in a request."""

    def apply(request: Request) -> None:
        if request.method == "POST" and technology in request.path:
            with contextlib.suppress(ValueError, KeyError, IndexError):
                body: dict[str, list[str]] = json.loads(request.read())
                change(body)
                request.replace(json.dumps(body).encode())

    return changing_requests(apply)


def refused_matrix(change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes the refusal of a matrix that is too large."""
    return on_status(422, lambda response: change(response) if "scores" in response.json["message"] else None)


def by_size(technology: str, size: Callable[[dict[str, list[str]]], bool], change: Callable[[Response], None]) -> Wrap:
    """Return middleware that changes the response to lists of some size, accepted or not."""

    def apply(request: Request, response: Response) -> None:
        body = request.environ.get(BODY)
        if isinstance(body, dict) and technology in request.path and size(body):
            change(response)

    def wrap(app: Any) -> Any:
        faulty = changing_responses(apply)(app)

        def kept(environ: Any, start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == "POST" and environ.get("CONTENT_TYPE", "").startswith("application/json"):
                with contextlib.suppress(ValueError):
                    environ[BODY] = json.loads(Request(environ).read())
            return faulty(environ, start_response)

        return kept

    return wrap


def by_columns(found: Result) -> None:
    """Write the scores column by column."""
    columns, rows, values = found["columns_count"], found["rows_count"], found["values"]
    found["values"] = [values[row * columns + column] for column in range(columns) for row in range(rows)]


def as_grpc(found: Result) -> None:
    """Write the matrix as the vendor's gRPC interface, with a row for each voiceprint of the first list."""
    by_columns(found)
    found["columns_count"], found["rows_count"] = found["rows_count"], found["columns_count"]


def size_of(body: dict[str, list[str]]) -> int:
    """Return the number of scores that a comparison requests."""
    return len(body["voiceprints_a"]) * len(body["voiceprints_b"])


MUTANTS = [
    Mutant(
        "S24",
        "one list is compared with itself",
        lists(COMPARISON, lambda body: body.setdefault("voiceprints_b", body["voiceprints_a"])),
    ),
    Mutant("S24", "a missing list gets a 400", by_size(COMPARISON, lambda body: len(body) == 1, status(400))),
    Mutant("S48", "scores are in column order", scores(by_columns)),
    Mutant("S48", "rows are columns, as over gRPC", scores(as_grpc)),
    Mutant(
        "S48",
        "the counts are exchanged",
        scores(lambda found: found.update(columns_count=found["rows_count"], rows_count=found["columns_count"])),
    ),
    Mutant("S48", "the counts have other names", scores(renamed("columns_count", "columns"))),
    Mutant("S48", "scores are sorted", scores(lambda found: found["values"].sort())),
    Mutant(
        "S48", "a comparison of its own voiceprints is refused", by_size(COMPARISON, lambda body: True, status(422))
    ),
    Mutant("S49", "a score is missing", scores(lambda found: found["values"].pop())),
    Mutant("S49", "each row is a list", scores(updated(values=lambda found: [found]))),
    Mutant("S49", "columns_count is one too large", scores(updated(columns_count=lambda found: found + 1))),
    Mutant(
        "C19",
        "silence has a score with speech",
        scores(updated(values=lambda found: [score or (number and 0.5) for number, score in enumerate(found)])),
    ),
    Mutant(
        "C19", "silence has a score with itself", scores(updated(values=lambda found: [found[0] or 9.0, *found[1:]]))
    ),
    Mutant("S50", "no matrix is too large", refused_matrix(accepted)),
    Mutant("S50", "a matrix that is too large gets a 500", refused_matrix(status(500))),
    Mutant(
        "S50",
        "a matrix as large as the limit is too large",
        by_size(COMPARISON, lambda body: size_of(body) == 9, status(422)),
    ),
    Mutant(
        "S51",
        "one voiceprint is enough",
        lists(MERGING, lambda body: body["voiceprints"].append(body["voiceprints"][0])),
    ),
    Mutant(
        "S51",
        "one voiceprint makes the server fail",
        by_size(MERGING, lambda body: len(body["voiceprints"]) == 1, status(500)),
    ),
    Mutant(
        "S51", "two voiceprints are too few", by_size(MERGING, lambda body: len(body["voiceprints"]) == 2, status(422))
    ),
    Mutant("S80", "a matrix that is too large gets a 413", refused_matrix(status(413))),
    Mutant("S80", "a matrix that is too large is accepted", refused_matrix(accepted)),
    Mutant("C22", "the result has another name", results(MERGING, renamed("voiceprint", "merged_voiceprint"))),
    Mutant("C22", "the speech length is not the sum", results(MERGING, updated(speech_length=lambda found: found / 2))),
    Mutant("C22", "the merged voiceprint has no vector", results(MERGING, updated(voiceprint="AAAA"))),
    Mutant(
        "C22",
        "the first voiceprint has double weight",
        lists(MERGING, lambda body: body["voiceprints"].insert(0, body["voiceprints"][0])),
    ),
    Mutant(
        "C22",
        "voiceprints of different lengths are ignored",
        lists(MERGING, lambda body: body.update(voiceprints=body["voiceprints"][:1] * 2)),
    ),
    Mutant(
        "C22",
        "voiceprints of different lengths end failed",
        on_task(member("task", "state", value="failed"), "rejected"),
    ),
    Mutant(
        "C27",
        "a comparison of 1,000 by 1,000 is too large",
        by_size(COMPARISON, lambda body: size_of(body) == 1_000_000, status(422)),
    ),
]
