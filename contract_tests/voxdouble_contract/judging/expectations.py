"""How a test reports a broken statement, or one that cannot be proven on this target."""

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
    """Raise Broken with this sentence unless the condition holds."""
    if not holds:
        raise Broken(sentence, exchanges)


def expect_status(exchange: Exchange, *wanted: int) -> None:
    """Raise Broken unless the response has one of these statuses."""
    statuses = " or ".join(map(str, wanted))
    expect(
        exchange.status in wanted, f"Expected status {statuses}, got {exchange.failure or exchange.status}.", exchange
    )


def unproven(reason: str) -> NoReturn:
    """Raise pytest's skip exception, so that the test proves nothing and breaks nothing, for this reason."""
    pytest.skip(reason)
