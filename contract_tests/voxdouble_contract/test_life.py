"""Any number of tasks in any order: whatever is asked when, each tells one story (hypothesis looks for another)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from voxdouble_contract.runs import FINAL, check_accepted
from voxdouble_contract.samples import Media, hum
from voxdouble_contract.statements import statement
from voxdouble_contract.target import CONVERSION, EXTRACTION, Target
from voxdouble_contract.verdicts import expect

ORDER = {"pending": 0, "running": 1, "done": 2, "rejected": 2, "failed": 2}
SAMPLES = {"tone": hum(0.2), "low rate": hum(0.2, rate=4000), "text": Media("text.wav", b"no recording")}
BODIES = {"no voiceprint": {"voiceprints": ["AAAA"]}, "two of them": {"voiceprints": ["AAAA", "BBBB"]}}
MOVES = [0.0, 0.04, 0.06, 0.25, 0.5, 5.0, 3600.0]
WAITS = [0.0, 0.1, 0.3]
FIXED: dict[str, Any] = {
    "phases": [Phase.generate],  # shrinking a failure would ask a real appliance for ten times as much
    "derandomize": True,
    "database": None,
    "deadline": None,
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}


@dataclass
class Story:
    """What is known of a task so far."""

    technology: str
    task_id: str
    rank: int = 0
    """How far on its way it was seen."""
    outcome: object = None
    """The whole answer, once it was final."""
    forgotten: bool = False


class Life(RuleBasedStateMachine):
    """Starts tasks, lets time pass, and asks for tasks again and again."""

    target: ClassVar[Target]
    tasks: Bundle[Story] = Bundle("tasks")

    @rule(target=tasks, sample=st.sampled_from(sorted(SAMPLES)))
    def extract(self, sample: str) -> Story:
        """Start an extraction."""
        start = self.target.post_media(EXTRACTION, SAMPLES[sample])
        check_accepted(start)
        return Story(EXTRACTION, str(start.get("task", "task_id")))

    @rule(target=tasks, body=st.sampled_from(sorted(BODIES)))
    def convert(self, body: str) -> Story:
        """Start a conversion."""
        start = self.target.post_json(CONVERSION, BODIES[body])
        check_accepted(start)
        return Story(CONVERSION, str(start.get("task", "task_id")))

    @rule(data=st.data())
    def let_time_pass(self, data: st.DataObject) -> None:
        """Let time pass, on a clock that can be moved also an hour."""
        self.target.pass_time(data.draw(st.sampled_from(MOVES if self.target.moves_time else WAITS)))

    @rule(story=tasks, times=st.integers(1, 3))
    def ask(self, story: Story, times: int) -> None:
        """Ask for a task, some times in a row."""
        for _ in range(times):
            self.compare(story)

    @rule(story=tasks, method=st.sampled_from(["DELETE", "PUT", "PATCH"]))
    def meddle(self, story: Story, method: str) -> None:
        """Try what is not possible, which changes nothing."""
        self.target.send(method, self.target.path(story.technology, story.task_id))
        self.compare(story)

    def compare(self, story: Story) -> None:
        """Ask for a task and compare with what was told of it before."""
        answer = self.target.get_task(story.technology, story.task_id)
        if answer.status == 404:
            expect(story.outcome or self.target.moves_time, "A task that had not ended was forgotten.", answer)
            story.forgotten = True
            return
        expect(answer.status == 200, "A task should be answered 200.", answer)
        expect(not story.forgotten, "A task that was forgotten came back.", answer)
        state = str(answer.get("task", "state"))
        rank = ORDER.get(state, -1)
        expect(rank >= story.rank, f"A task went back to {state}.", answer)
        expect(story.outcome in {None, answer.body}, "A final answer changed.", answer)
        story.rank = rank
        if state in FINAL:
            story.outcome = answer.body


@statement("C2")
def test_every_task_tells_one_story(target: Target, clocked_or_none: Target | None) -> None:
    """No order of requests makes a task go back, change its outcome or come back from oblivion."""
    machine: Any = type("LifeHere", (Life,), {"target": clocked_or_none or target})
    examples, steps = (40, 50) if target.own else (2, 10)
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps, **FIXED))
