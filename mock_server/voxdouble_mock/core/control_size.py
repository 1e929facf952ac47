"""Estimates of the memory that scenarios and faults take while a namespace keeps them; never too low (P7)."""

import msgspec

from voxdouble_mock.core.scenario import Scenario

RULE_BYTES = 500
"""A rule with its counter, beside its texts and patterns."""
FAULT_BYTES = 8_000
"""An armed fault with its counters and the longest texts."""
VALUE_BYTES = 80
"""A value of a result, beside its text."""
CHARACTER_BYTES = 5
"""A byte of a text in UTF-8: up to 4 where the text has a character beyond U+FFFF, and 1 for a copy in UTF-8."""


def scenario_size(scenario: Scenario | None) -> int:
    """Return the bytes of a scenario."""
    if scenario is None:
        return 0
    text = msgspec.json.encode(scenario)
    values = sum(map(text.count, (b",", b":", b"[", b"{")))
    patterns = sum(pattern.size for rule in scenario.rules for pattern in rule.when.patterns())
    return RULE_BYTES * len(scenario.rules) + CHARACTER_BYTES * len(text) + VALUE_BYTES * values + patterns
