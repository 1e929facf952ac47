"""The number of examples of a property test: all of them in CI, where time matters less, and a part elsewhere."""

import os

PART = 0.4


def examples(count: int) -> int:
    """Return how many of `count` examples a run tries. Each run tries other ones, so many runs try many more."""
    return count if os.environ.get("CI") == "true" else round(PART * count)
