"""From the JSON of a result to its type; `ContractError` says which member is not what the contract promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from voxdouble_client._errors import ContractError
from voxdouble_client._members import (
    Unlike,
    check_widths,
    integer_of,
    list_of,
    number_of,
    numbers_at,
    object_at,
    result_of,
    text_of,
)
from voxdouble_client._models import ChannelVoiceprint, TaskAnswer, VoiceprintConversion, VoiceprintExtraction
from voxdouble_client._speaker_results import READERS

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"

Reader: TypeAlias = Callable[[TaskAnswer], Any]


def read_result(reader: Reader, answer: TaskAnswer, url: str) -> Any:
    """Read the typed result of a task that is done."""
    try:
        return reader(answer)
    except Unlike as unlike:
        raise ContractError(
            f"The result of the task {url} is not what the contract promises: {unlike}.", url=url
        ) from None


def reader_for(technology: str) -> Reader:
    """How the technology's result is read: the typed way, or as the answer that it is."""
    return {EXTRACTION: extraction, CONVERSION: conversion, **READERS}.get(technology, plain)


def plain(answer: TaskAnswer) -> TaskAnswer:
    """Return the answer itself, for technologies that have no type here."""
    return answer


def extraction(answer: TaskAnswer) -> VoiceprintExtraction:
    """Read the result of an extraction (S36 to S40)."""
    channels = list_of(result_of(answer), "channels", "result")
    read = tuple(_channel(raw, f"result.channels[{i}]") for i, raw in enumerate(channels))
    check_widths((channel.vector_voiceprint for channel in read), "in result.channels")
    return VoiceprintExtraction(read, answer.raw)


def conversion(answer: TaskAnswer) -> VoiceprintConversion:
    """Read the result of a conversion (S44)."""
    vectors = list_of(result_of(answer), "vector_voiceprints", "result")
    read = [numbers_at(raw, f"result.vector_voiceprints[{i}]") for i, raw in enumerate(vectors)]
    check_widths(read, "in result.vector_voiceprints")
    return VoiceprintConversion(read, (answer.raw,))


def conversion_of(count: int) -> Callable[[TaskAnswer], VoiceprintConversion]:
    """Make the reader for a conversion of so many voiceprints: as many vectors (S44)."""

    def read(answer: TaskAnswer) -> VoiceprintConversion:
        result = conversion(answer)
        if len(result.vector_voiceprints) != count:
            raise Unlike(f"it has {len(result.vector_voiceprints)} vectors for {count} voiceprints")
        return result

    return read


def joined(first: VoiceprintConversion, second: VoiceprintConversion) -> VoiceprintConversion:
    """Make one of two conversions; ContractError where their vectors are of different lengths."""
    vectors = first.vector_voiceprints + second.vector_voiceprints
    try:
        check_widths(vectors, "in the results of several calls")
    except Unlike as unlike:
        raise ContractError(f"The conversion is not what the contract promises: {unlike}.", url="") from None
    return VoiceprintConversion(vectors, first.answers + second.answers)


def _channel(value: Any, where: str) -> ChannelVoiceprint:
    raw = object_at(value, where)
    number = integer_of(raw, "channel_number", where)
    voiceprint = text_of(raw, "voiceprint", where)
    if not voiceprint:
        raise Unlike(f"{where}.voiceprint is not a text")
    vector = raw.get("vector_voiceprint")
    return ChannelVoiceprint(
        channel_number=number,
        voiceprint=voiceprint,
        vector_voiceprint=None if vector is None else numbers_at(vector, f"{where}.vector_voiceprint"),
        speech_length=number_of(raw, "speech_length", where),
        model=text_of(raw, "model", where),
        raw=raw,
    )
