"""Voiceprint merging: one voiceprint from several of the same speaker (S51, C22).

The vendor's pages do not name the members of the result, so the names here are a choice (C22). An absent member is
None. A present one must have its type. `raw` has all members.
"""

# No `from __future__ import annotations`: see `_models`.

from collections.abc import Iterable
from typing import Any

from msgspec import field

from voxdouble_client._convert import convert
from voxdouble_client._models import Model, TaskAnswer
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies._arguments import checked_voiceprints
from voxdouble_client._technologies._request import TaskClient, TaskRequest
from voxdouble_client._technologies._results import result_of, with_raw

TECHNOLOGY = "speaker-identification-voiceprint-merging"


class Merging(Model, frozen=True):
    """The merged voiceprint; `speech_length` is the sum of the speech lengths of its sources, in seconds (C22).

    `voiceprint` is opaque Base64 text, like that of an extraction. A member that the answer lacks is None.
    """

    voiceprint: str | None = None
    speech_length: float | None = None
    raw: dict[str, Any] = field(default_factory=dict)


def read(answer: TaskAnswer) -> Merging:
    """Return the merged voiceprint (C22)."""
    result: Merging = convert(with_raw(result_of(answer), answer.raw), Merging, "result")
    return result


def start_voiceprint_merging(
    self: TaskClient, voiceprints: Iterable[str], *, timeout: float | None = None
) -> TaskHandle[Merging]:
    """Start the merging of at least two voiceprints (S51); `timeout` is for sending and acceptance, in seconds."""
    deadline = self._deadline(timeout)
    return self._start(_request(voiceprints), deadline)


def merge_voiceprints(self: TaskClient, voiceprints: Iterable[str], *, timeout: float | None = None) -> Merging:
    """Merge at least two voiceprints of one speaker into one, and wait for it (S51, C22).

    `timeout` is for the whole call, in seconds. The largest number of voiceprints is a limit of the appliance.
    """
    deadline = self._deadline(timeout)
    return self._run_to_end(_request(voiceprints), deadline)


def _request(voiceprints: Iterable[str]) -> TaskRequest[Merging]:
    return TaskRequest(TECHNOLOGY, read, json={"voiceprints": checked_voiceprints(voiceprints, at_least=2)})
