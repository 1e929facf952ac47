"""The suite is fair: nothing fails on an appliance that keeps the contract in ways of its own."""

import pytest

from tests.contract.runner import run
from tests.contract.stranger import Traits, serving
from voxdouble_contract.judging.conformance import FAILED

STRANGERS = {
    "all is different": Traits(busy_every=37),
    "of the first generation": Traits(generation=1, conversion=404, family=404, malformed_id=422, lifetime=600.0),
    "poor and deaf": Traits(conversion=403, family=403, speech=0.0, max_upload=100_000, malformed_id=404, nulls=False),
    "slow and behind a proxy": Traits(seconds=3.0, whole_location=True, prefix="", conversion=404),
}
LEAST = {"all is different": 65, "of the first generation": 40, "poor and deaf": 25, "slow and behind a proxy": 48}


@pytest.mark.parametrize("name", STRANGERS)
def test_nothing_fails_on_a_stranger(name: str) -> None:
    """No documented statement fails, and many are proven all the same."""
    with serving(STRANGERS[name]) as url:
        verdicts = run(url)
    assert {key: entry["reason"] for key, entry in verdicts.items() if entry["verdict"] == FAILED} == {}
    assert sum(entry["verdict"] == "passed" for entry in verdicts.values()) >= LEAST[name]
    assert [entry["reason"] for entry in verdicts.values() if "of the suite crashed" in entry["reason"]] == []
