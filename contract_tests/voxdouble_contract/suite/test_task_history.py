"""Any number of tasks, polled in any order: the responses about each task agree with one another (hypothesis)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.expectations import expect
from voxdouble_contract.judging.observed_tasks import FINAL
from voxdouble_contract.judging.statements import statement
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.media import Media
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import CONVERSION, EXTRACTION
from voxdouble_contract.tasks import StartedTask

ORDER = {"pending": 0, "running": 1, "done": 2, "rejected": 2, "failed": 2}
SAMPLES = {"tone": tone(0.2), "low rate": tone(0.2, rate=4000), "text": Media("text.wav", b"no recording")}
BODIES = {"no voiceprint": {"voiceprints": ["AAAA"]}, "two of them": {"voiceprints": ["AAAA", "BBBB"]}}
MOVES = [0.0, 0.04, 0.06, 0.25, 0.5, 5.0, 3600.0]
"""Seconds by which a clock is moved."""
WAITS = [0.0, 0.1, 0.3]
"""Seconds to wait for if the clock cannot be moved."""
FIXED: dict[str, Any] = {
    "phases": [Phase.generate],  # shrinking a failure would send a real appliance ten times as many requests
    "derandomize": True,
    "database": None,
    "deadline": None,
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}


@dataclass
class History:
    """The known history of a task."""

    technology: str
    task_id: str
    rank: int = 0
    """The rank of the latest state, as in `ORDER`."""
    final_body: object = None
    """The body of the first response with a final state."""
    is_expired: bool = False


class TaskHistories(RuleBasedStateMachine):
    """Starts tasks, lets time pass, and polls tasks again and again."""

    target: ClassVar[Target]
    histories: Bundle[History] = Bundle("histories")

    @rule(target=histories, sample=st.sampled_from(sorted(SAMPLES)))
    def extract(self, sample: str) -> History:
        """Start an extraction."""
        return self.begin(EXTRACTION, self.target.post_media(EXTRACTION, SAMPLES[sample]))

    @rule(target=histories, body=st.sampled_from(sorted(BODIES)))
    def convert(self, body: str) -> History:
        """Start a conversion."""
        return self.begin(CONVERSION, self.target.post_json(CONVERSION, BODIES[body]))

    def begin(self, technology: str, start: Exchange) -> History:
        """Return the history of an accepted task."""
        return History(technology, StartedTask(self.target, technology, start).accepted().task_id)

    @rule(data=st.data())
    def pass_time(self, data: st.DataObject) -> None:
        """Wait, up to an hour on a clock that can be moved."""
        clock = self.target.clock
        clock.pass_time(data.draw(st.sampled_from(MOVES if clock.can_be_moved else WAITS)))

    @rule(history=histories, times=st.integers(1, 3))
    def poll(self, history: History, times: int) -> None:
        """Poll a task up to three times in a row."""
        for _ in range(times):
            self.compare(history)

    @rule(history=histories, method=st.sampled_from(["DELETE", "PUT", "PATCH"]))
    def send_other_method(self, history: History, method: str) -> None:
        """Send a method that a task's path does not accept, which changes nothing."""
        self.target.send(method, self.target.path(history.technology, history.task_id))
        self.compare(history)

    def compare(self, history: History) -> None:
        """Poll a task and compare the response with its history."""
        response = self.target.get_task(history.technology, history.task_id)
        if response.status == 404:
            may_expire = history.final_body is not None or self.target.clock.can_be_moved
            expect(may_expire, "A task expired before it had ended.", response)
            history.is_expired = True
            return
        expect(response.status == 200, f"A poll must get a 200, got {response.status}.", response)
        expect(not history.is_expired, "An expired task came back.", response)
        state = str(response.get("task", "state"))
        rank = ORDER.get(state, -1)
        expect(rank >= history.rank, f"A task went back to {state}.", response)
        expect(history.final_body in {None, response.body}, "The response of a final task changed.", response)
        history.rank = rank
        if state in FINAL:
            history.final_body = response.body


@statement("C2")
def test_the_responses_about_a_task_agree(target: Target, movable_clock_if_any: Target | None) -> None:
    """No order of requests makes a task go back, change its result or come back after expiry."""
    machine: Any = type("TaskHistoriesHere", (TaskHistories,), {"target": movable_clock_if_any or target})
    examples, steps = (20, 40) if target.own else (2, 10)
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps, **FIXED))
