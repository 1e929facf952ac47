"""The estimate of the memory that scenarios take is never too low (P7)."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from voxdouble_mock.core.control_size import FAULT_BYTES, scenario_size
from voxdouble_mock.core.fault import FaultSpec, arm
from voxdouble_mock.core.plain_data import MAX_TEXT, convert
from voxdouble_mock.scenarios.text import parse_scenario


def allocated(make: Callable[[], object]) -> tuple[Any, int]:
    """Return a value and the bytes that it takes."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    made = make()
    size = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return made, size


def with_result(items: object) -> str:
    """Return a scenario whose result has these items."""
    rule = {"when": {"technology": "x"}, "then": {"result": {"a": items}}}
    return json.dumps({"rules": [rule]}, ensure_ascii=False, separators=(",", ":"))


def nested(depth: int, wrap: Callable[[object], object]) -> object:
    """Return a value within values."""
    value: object = 1
    for _ in range(depth):
        value = wrap(value)
    return value


RULE = {
    "name": "a name",
    "when": {
        "file_name": "a*" * 100,
        "query": {"a": "b"},
        "headers": {f"h{one}": f"a*b*?{one}*c" for one in range(20)},
    },
    "then": {"pending": 1.5, "running": 2.5, "lifetime": 3.25, "fault": {"kind": "delay", "seconds": 1.5}},
}
TEXTS = {
    "empty lists": with_result([[]] * 1_000),
    "empty objects": with_result([{}] * 1_000),
    "nested lists": with_result([nested(10, lambda one: [one])] * 200),
    "nested objects": with_result([nested(10, lambda one: {"a": one})] * 200),
    "numbers": with_result([0.5] * 1_000),
    "short texts": with_result(["ab"] * 1_000),
    "texts beyond U+FFFF": with_result(["\U0001f600" + "a" * 500] * 50),
    "names": with_result({str(one): 1 for one in range(1_000)}),
    "short rules": json.dumps({"rules": [{"then": {}}] * 1000}),
    "long rules": json.dumps({"rules": [{**RULE, "name": str(one)} for one in range(50)]}),
    "expressions": json.dumps(
        {"rules": [{"when": {"file_name": f"*?{one}*?a{one}"}, "then": {}} for one in range(100)]}
    ),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_scenarios_take_no_more_than_estimated(text: str) -> None:
    """A scenario of any content takes no more memory than its estimate."""
    scenario, size = allocated(lambda: parse_scenario(text))
    assert size <= scenario_size(scenario)


@pytest.mark.parametrize(
    "longest",
    [
        {"fault": {"kind": "foreign-location", "origin": "http://" + "a" * 990}},
        {"fault": {"kind": "wrong-length", "by": 1000}, "task_id": "\U0001f600" + "a" * (MAX_TEXT - 4)},
    ],
)
def test_faults_take_no_more_than_estimated(longest: dict[str, object]) -> None:
    """A fault with the longest texts takes no more than the estimate, its two counters included."""
    body = {**longest, "technology": "b" * MAX_TEXT, "nth": 1000, "count": 1000, "life": 1000}

    def make() -> object:
        armed = [arm(convert(json.loads(json.dumps(body)), FaultSpec), 0, number) for number in range(100)]
        return armed, {name: 1000 for one in armed for name in (one.seen_counter, one.applied_counter)}

    assert allocated(make)[1] <= 100 * FAULT_BYTES


def test_no_scenario_takes_nothing() -> None:
    """A namespace without a scenario is not charged for one."""
    assert scenario_size(None) == 0
