"""Technologies that the mock does not compute, served where a scenario has a result of them."""

import hashlib
from dataclasses import replace

from voxdouble_contract.judging.expectations import expect, expect_status
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import VOICE_ACTIVITY
from voxdouble_contract.tasks import StartedTask
from voxdouble_fixtures.other_technologies import PATH


def ended(target: Target, media: Media) -> StartedTask:
    """Return a task of voice activity detection, polled to its end."""
    task = StartedTask(target, VOICE_ACTIVITY, target.post_media(VOICE_ACTIVITY, media))
    expect_status(task.start, 202)
    return task.ended()


@statement("C50")
def test_a_given_result_is_served(with_results: Target) -> None:
    """A request matched by a rule with a result is accepted like one to a computed technology; its task ends done."""
    task = ended(with_results, replace(tone(0.2), name="given.wav"))
    expect(task.state == "done", f"The state must be done, got {task.state}.", task.last)
    expect([one.get("segments") for one in task.channels] == [[]], "The result must be that of the rule.", task.last)
    location = task.start.headers.get("X-Location", "")
    expect(location.endswith(f"{PATH}{VOICE_ACTIVITY}/{task.task_id}"), "X-Location must lead to the task.", task.start)


@statement("C50")
def test_a_request_without_a_result_ends_failed(with_results: Target) -> None:
    """A request that no rule matches is read to its end; its task ends failed, with a message that names the key."""
    media = tone(0.3)
    task = ended(with_results, media)
    expect(task.state == "failed", f"The state must be failed, got {task.state}.", task.last)
    error_type, message = task.last.get("error", "type"), str(task.last.get("error", "message"))
    expect(error_type == "internal", f"`type` must be internal, got {error_type!r}.", task.last)
    for wanted in (VOICE_ACTIVITY, hashlib.sha256(media.data).hexdigest()):
        expect(wanted in message, f"The message must name {wanted}.", task.last)
