"""The answer to the poll of a task, and the base of all models: frozen msgspec structs that keep the raw JSON.

`raw` has the members that a model does not know. An absent member and a null one are the same.

Modules with public models have no `from __future__ import annotations`. With it, annotations are strings, and msgspec
looks up their names in the `__module__` of the class. `__init__` sets that to the package, which lacks some names.
"""

from typing import Any

from msgspec import Struct

FINAL_STATES = frozenset({"done", "failed", "rejected"})
"""The states that a task does not leave (S12); every other state counts as unfinished, also an unknown one."""

NOT_SHOWN = frozenset(
    {"answers", "body", "raw", "result", "values", "vector_voiceprint", "vector_voiceprints", "voiceprint"}
)
"""The members that a repr leaves out: voice data must not get into logs."""


class Model(Struct, frozen=True):
    """The base of all models; its repr leaves out voice data and raw JSON."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name not in NOT_SHOWN]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class TaskError(Model, frozen=True):
    """Why a task ended badly: `type` is for programs, `message` for people, `detail` has more (S15 to S17)."""

    type: str
    message: str
    detail: list[dict[str, Any]]
    raw: dict[str, Any]


class TaskAnswer(Model, frozen=True):
    """The answer to one poll of a task: its state, `result` if it is done, `error` if it failed or was rejected.

    `raw` is the whole answer as parsed JSON, `body` its bytes as received.
    """

    task_id: str
    state: str
    result: dict[str, Any] | None
    error: TaskError | None
    raw: dict[str, Any]
    body: bytes

    @property
    def final(self) -> bool:
        """Whether the task has ended: it is done, failed or rejected."""
        return self.state in FINAL_STATES
