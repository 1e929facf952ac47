"""The grades of statements for tests that need an inferred or chosen one, whatever evidence is beside them."""

from collections.abc import Iterator

import pytest

from voxdouble_contract.judging import statements as module
from voxdouble_fixtures.statements import written


@pytest.fixture
def written_grades(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make statements have the grades that statements.toml gives them: an `evidence.toml` beside it has no effect."""
    monkeypatch.setattr(module, "entries", written)
    module.statements.cache_clear()
    yield
    module.statements.cache_clear()
