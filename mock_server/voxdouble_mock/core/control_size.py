"""Estimates, never too low, of the memory that the scenarios and faults of a namespace take (P7)."""

import msgspec

from voxdouble_mock.core.scenario import Scenario

RULE_BYTES = 500
"""The memory of a rule and its counter, without its texts and patterns."""
FAULT_BYTES = 8_000
"""The memory of an armed fault, its counters and the longest texts that it may have."""
VALUE_BYTES = 80
"""The memory of a value of a result, without its text."""
CHARACTER_BYTES = 5
"""The memory for each byte of a text in UTF-8: at most 4 in Python, and 1 for a copy in UTF-8.

One character beyond U+FFFF makes Python keep every character of the text in 4 bytes.
"""


def scenario_size(scenario: Scenario | None) -> int:
    """Return the bytes of a scenario."""
    if scenario is None:
        return 0
    text = msgspec.json.encode(scenario)
    values = sum(map(text.count, (b",", b":", b"[", b"{")))
    patterns = sum(pattern.size for rule in scenario.rules for pattern in rule.when.patterns())
    return RULE_BYTES * len(scenario.rules) + CHARACTER_BYTES * len(text) + VALUE_BYTES * values + patterns
