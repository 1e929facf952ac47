"""How a test says what it found: a statement is broken, or could not be proven here."""

from collections.abc import Sequence
from typing import NoReturn

import pytest

from voxdouble_contract.exchange import Exchange


class Broken(AssertionError):
    """A statement does not hold; `exchanges` are the evidence."""

    def __init__(self, sentence: str, exchanges: Sequence[Exchange] = ()) -> None:
        super().__init__("\n".join([sentence, *map(str, exchanges)]))
        self.sentence = sentence
        self.exchanges = tuple(exchanges)


def expect(holds: object, sentence: str, *exchanges: Exchange) -> None:
    """Break the test's statements with this sentence unless it holds."""
    if not holds:
        raise Broken(sentence, exchanges)


def expect_status(exchange: Exchange, *wanted: int) -> None:
    """Break the test's statements unless the answer has one of these statuses."""
    names = " or ".join(map(str, wanted))
    found = exchange.failure or f"it was {exchange.status}"
    expect(exchange.status in wanted, f"The answer should be {names}; {found}.", exchange)


def unproven(reason: str) -> NoReturn:
    """End the test without a verdict, for this reason."""
    pytest.skip(reason)
