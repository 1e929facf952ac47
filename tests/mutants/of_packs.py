"""Appliances that serve results of scenarios and packs otherwise than chosen (C50 to C54)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.mutants.changes import Mutant, Result, member, on_task, results, status, updated, vectors
from tests.mutants.middleware import Request, Response, Wrap, call, changing_responses, send
from tests.mutants.of_refusals import Change
from voxdouble_contract.samples.example_pack import result_of, voiceprint_of
from voxdouble_contract.target.technologies import COMPARISON, MERGING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OPTIONS = "/_mock/options"


def on_start_of(technology: str, change: Change) -> Wrap:
    """Return middleware that changes the 202 of a technology."""
    return changing_responses(
        lambda request, response: (
            change(response) if response.status == 202 and request.path.endswith(technology) else None
        )
    )


def on_options(method: str, change: Change) -> Wrap:
    """Return middleware that changes the responses of the options of a namespace."""

    def wrap(app: "WSGIApplication") -> "WSGIApplication":
        def faulty(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            request = Request(environ)
            if not request.path.endswith(OPTIONS) or request.method != method:
                return app(environ, start_response)
            response = call(app, environ)
            change(response)
            return send(response, start_response)

        return faulty

    return wrap


def one_location(response: Response) -> None:
    """Set the location of each detail of a task's error to the whole body."""
    body = response.json
    for detail in body["error"]["detail"]:
        detail["location"] = ["body"]
    response.json = body


def sorted_channels(result: Result) -> None:
    """Sort the channels by their numbers."""
    result["channels"].sort(key=lambda channel: channel["channel_number"])


def longer_speech(result: Result) -> None:
    """Change the speech lengths."""
    for channel in result["channels"]:
        channel["speech_length"] += 1


def captured_voiceprint(result: Result) -> None:
    """Set the voiceprint of every recording to a captured one."""
    result["channels"][0]["voiceprint"] = voiceprint_of("conversation.wav")


def mixed_scales(result: Result) -> None:
    """Put a captured score beside the others."""
    result["scores"]["values"][0] = result_of(COMPARISON)["scores"]["values"][0]


def other_scores(result: Result) -> None:
    """Change all scores."""
    result["scores"]["values"] = [value + 0.5 for value in result["scores"]["values"]]


def first_vector(found: list[Any]) -> list[Any]:
    """Return the first vector for every voiceprint."""
    return found[:1] * len(found)


MUTANTS = [
    Mutant("C50", "a technology with a result is not served", on_start_of("voice-activity-detection", status(404))),
    Mutant("C50", "the result is another one", on_task(member("result", "channels", 0, "segments", value=[1]), "done")),
    Mutant("C50", "a task without a result is rejected", on_task(member("task", "state", value="rejected"), "failed")),
    Mutant("C50", "the message names nothing", on_task(member("error", "message", value="Not found."), "failed")),
    Mutant("C51", "another generation is accepted", on_options("PUT", status(200))),
    Mutant("C51", "the generation is that of the server", on_options("GET", member("generation", value="e3"))),
    Mutant(
        "C51", "the refusal names the whole body", on_options("PUT", member("detail", 0, "location", value=["body"]))
    ),
    Mutant("C52", "channels come in the order of the file", results("extraction", sorted_channels)),
    Mutant("C52", "speech is measured again", results("extraction", longer_speech)),
    Mutant("C52", "every recording is that of the pack", results("extraction", captured_voiceprint)),
    Mutant("C53", "one vector stands for all voiceprints", vectors(first_vector)),
    Mutant("C53", "two scales are mixed", results("comparison", mixed_scales)),
    Mutant("C53", "a captured comparison is computed", results("comparison", other_scores)),
    Mutant(
        "C53",
        "every merging is the captured one",
        results("merging", updated(voiceprint=result_of(MERGING)["voiceprint"])),
    ),
    Mutant("C54", "what the pack does not have fails", on_task(member("task", "state", value="failed"), "rejected")),
    Mutant("C54", "the rejection has no place", on_task(one_location, "rejected")),
]
