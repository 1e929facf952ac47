"""From the JSON of a result to its type; `ContractError` says which member is not what the contract promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from voxdouble_client._errors import ContractError
from voxdouble_client._models import ChannelVoiceprint, TaskAnswer, VoiceprintConversion, VoiceprintExtraction

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"

Reader: TypeAlias = Callable[[TaskAnswer], Any]


class _Unlike(Exception):
    """Says where a result is unlike its contract."""


def read_result(reader: Reader, answer: TaskAnswer, url: str) -> Any:
    """Read the typed result of a task that is done."""
    try:
        return reader(answer)
    except _Unlike as unlike:
        raise ContractError(
            f"The result of the task {url} is not what the contract promises: {unlike}.", url=url
        ) from None


def reader_for(technology: str) -> Reader:
    """How the technology's result is read: the typed way, or as the answer that it is."""
    return {EXTRACTION: extraction, CONVERSION: conversion}.get(technology, plain)


def plain(answer: TaskAnswer) -> TaskAnswer:
    """Return the answer itself, for technologies that have no type here."""
    return answer


def extraction(answer: TaskAnswer) -> VoiceprintExtraction:
    """Read the result of an extraction (S36 to S40)."""
    channels = _list(_result(answer), "channels", "result")
    return VoiceprintExtraction(
        tuple(_channel(raw, f"result.channels[{i}]") for i, raw in enumerate(channels)), answer.raw
    )


def conversion(answer: TaskAnswer) -> VoiceprintConversion:
    """Read the result of a conversion (S44)."""
    vectors = _list(_result(answer), "vector_voiceprints", "result")
    return VoiceprintConversion(
        [_vector(raw, f"result.vector_voiceprints[{i}]") for i, raw in enumerate(vectors)], (answer.raw,)
    )


def conversion_of(count: int) -> Callable[[TaskAnswer], VoiceprintConversion]:
    """Make the reader for a conversion of so many voiceprints: as many vectors (S44)."""

    def read(answer: TaskAnswer) -> VoiceprintConversion:
        result = conversion(answer)
        if len(result.vector_voiceprints) != count:
            raise _Unlike(f"it has {len(result.vector_voiceprints)} vectors for {count} voiceprints")
        return result

    return read


def _channel(raw: Any, where: str) -> ChannelVoiceprint:
    if not isinstance(raw, dict):
        raise _Unlike(f"{where} is not an object")
    number, voiceprint, model = raw.get("channel_number"), raw.get("voiceprint"), raw.get("model")
    speech_length, vector = raw.get("speech_length"), raw.get("vector_voiceprint")
    if type(number) is not int:
        raise _Unlike(f"{where}.channel_number is not an integer")
    if not isinstance(voiceprint, str) or not voiceprint:
        raise _Unlike(f"{where}.voiceprint is not a text")
    if not isinstance(speech_length, (int, float)) or speech_length is True:
        raise _Unlike(f"{where}.speech_length is not a number")
    if not isinstance(model, str):
        raise _Unlike(f"{where}.model is not a text")
    return ChannelVoiceprint(
        channel_number=number,
        voiceprint=voiceprint,
        vector_voiceprint=None if vector is None else _vector(vector, f"{where}.vector_voiceprint"),
        speech_length=float(speech_length),
        model=model,
        raw=raw,
    )


def _vector(raw: Any, where: str) -> list[float]:
    kinds = set(map(type, raw)) if isinstance(raw, list) else {str}
    if not kinds <= {float, int}:
        raise _Unlike(f"{where} is not a list of numbers")
    return raw if kinds <= {float} else [float(number) for number in raw]  # there can be 50,000 of 128 numbers


def _result(answer: TaskAnswer) -> dict[str, Any]:
    assert answer.result is not None  # read_result is for tasks that are done
    return answer.result


def _list(owner: dict[str, Any], name: str, where: str) -> list[Any]:
    value = owner.get(name)
    if not isinstance(value, list):
        raise _Unlike(f"{where}.{name} is not a list")
    return value
