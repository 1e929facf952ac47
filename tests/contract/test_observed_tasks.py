"""Tasks as the suite observed them, and their drawing in the report."""

import re
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tests.contract.test_conformance import TARGET
from voxdouble.suite_targets import open_targets
from voxdouble_contract.exchange import Exchange
from voxdouble_contract.judging.conformance import Conformance, judge
from voxdouble_contract.judging.observed_tasks import FINAL, MAX_TASKS, STATES, ObservedState, observed_tasks
from voxdouble_contract.reports import json as json_report
from voxdouble_contract.reports.charts import WIDTH, axis_step, least_end, task_chart, verdict_bar
from voxdouble_contract.reports.folder import write_reports
from voxdouble_contract.reports.html import page
from voxdouble_contract.samples.recordings import tone
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.tasks import StartedTask

PLACE = re.compile(r'<rect class="(\w+)" x="([\d.]+)" y="\d+" width="([\d.]+)"')


def states(*seen: tuple[float, str], task_id: str = "t") -> list[ObservedState]:
    """Return the states of one task at these seconds."""
    return [ObservedState("extraction", task_id, "speech", seconds, state) for seconds, state in seen]


def test_responses_with_one_state_make_one_period() -> None:
    """Each state has the first and the last response with it, counted from the POST; nothing follows the final one."""
    seen = states((7.0, "pending"), (7.1, "pending"), (7.3, "running"), (7.6, "running"), (8.0, "done"), (9.0, "done"))
    (task,) = observed_tasks(seen)
    found = [(period.state, period.first, period.last, period.responses) for period in task.periods]
    assert found == [("pending", 0.0, 0.1, 2), ("running", 0.3, 0.6, 2), ("done", 1.0, 1.0, 1)]


def test_a_task_that_was_not_polled_is_left_out() -> None:
    """A task whose POST alone was answered is not drawn, and of very many the first ones are."""
    assert observed_tasks(states((0.0, "pending"))) == ()
    many = [one for number in range(MAX_TASKS + 5) for one in states((0, "pending"), (1, "done"), task_id=f"{number}")]
    assert [task.task_id for task in observed_tasks(many)] == [f"{number}" for number in range(MAX_TASKS)]


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from(STATES)), min_size=2).map(sorted))
def test_the_periods_of_a_task_do_not_overlap(seen: list[tuple[float, str]]) -> None:
    """Periods follow one another, count every response up to the first final state, and fit into the drawing."""
    (task,) = observed_tasks(states(*seen))
    times = [instant for period in task.periods for instant in (period.first, period.last)]
    assert times == sorted(times)
    final = next((number for number, (_, state) in enumerate(seen, 1) if state in FINAL), len(seen))
    assert sum(period.responses for period in task.periods) == final
    for _, start, width in PLACE.findall(task_chart([task]).partition("</tr>")[2]):
        assert 0 <= float(start) <= WIDTH
        assert float(start) + float(width) <= WIDTH + 0.2


@given(st.lists(st.floats(0, 1e7), min_size=1))
def test_the_axis_has_few_lines(lengths: list[float]) -> None:
    """The axis has one to eight steps, whatever the tasks took."""
    end = least_end(lengths)
    assert 0.99 < end / axis_step(end) < 8.01


def test_one_long_task_does_not_squeeze_the_others() -> None:
    """Beside a task of an hour those of a second are still drawn in a visible length."""
    short = [one for number in range(9) for one in states((0, "pending"), (1, "done"), task_id=f"{number}")]
    chart = task_chart(observed_tasks([*short, *states((0, "pending"), (3600, "done"), task_id="long")]))
    starts = [float(start) for kind, start, width in PLACE.findall(chart) if kind == "done" and float(width) < WIDTH]
    assert min(starts) > WIDTH / 4
    assert "done at 3600 s" in chart


def test_equal_tasks_have_one_row() -> None:
    """Tasks of one technology with the same states at the same instants are counted in one row."""
    equal = [one for number in range(3) for one in states((0, "pending"), (1, "done"), task_id=f"{number}")]
    chart = task_chart(observed_tasks([*equal, *states((0, "pending"), (2, "done"), task_id="other")]))
    assert re.findall(r'<tr><th title="(\w+)">.*?</b>(.*?)</th>', chart) == [("0", " (3 tasks)"), ("other", "")]


def test_the_bar_shows_every_verdict_to_scale() -> None:
    """The parts of the bar have the widths of the counts, and the share of what holds is said in words."""
    bar = verdict_bar({"passed": 6, "failed": 1, "differs": 1, "unproven": 2})
    assert [(kind, float(width)) for kind, _, width in PLACE.findall(bar)] == [
        ("passed", 600.0),
        ("differs", 100.0),
        ("failed", 100.0),
        ("unproven", 200.0),
    ]
    assert "6 of 10 statements hold (60%)." in bar


def test_text_of_the_target_in_a_task_is_escaped() -> None:
    """An id with markup is shown as text."""
    tasks = observed_tasks(states((0, "pending"), (1, "done"), task_id='<script>"'))
    text = page(Conformance(TARGET, False, judge([]), tasks=tasks))
    assert "<script" not in text
    assert "&lt;script&gt;&quot;" in text


def test_the_tasks_can_be_read_again(tmp_path: Path) -> None:
    """The tasks in conformance.json are read as they were written."""
    tasks = observed_tasks(states((0, "pending"), (1, "done")))
    written = Conformance(TARGET, False, judge([]), tasks=tasks)
    write_reports(written, tmp_path)
    assert json_report.read(tmp_path) == written


@pytest.mark.parametrize("state", ["lost", 7, None, ["done"]])
def test_an_unknown_state_is_not_drawn(state: object) -> None:
    """A response without one of the five states is left out; the test of S12 reports it."""
    target = Target("http://127.0.0.1:9")
    for found in (state, "done"):
        target.observe("extraction", "t\x1b", "", Exchange("GET", "u", status=200, body=_task(found)))
    assert [(one.state, one.task_id) for one in target.take_states()] == [("done", "t\ufffd")]
    assert target.take_states() == []
    target.close()


def test_times_count_from_the_response_to_the_post() -> None:
    """A state is timed from the response to the POST, also if time passed before the test kept the task (C30)."""
    with open_targets("") as targets:
        target = targets.main
        start = target.post_media(EXTRACTION, tone(0.2))
        target.clock.pass_time(0.7)
        StartedTask(target, EXTRACTION, start).poll()
        (task,) = observed_tasks(target.take_states())
    assert [(period.state, period.first) for period in task.periods] == [("pending", 0.0), ("done", 0.7)]


def _task(state: object) -> bytes:
    import json

    return json.dumps({"task": {"task_id": "t", "state": state}}).encode()
