"""What every technology that takes a recording does with it: analyse the chosen channels, or reject it."""

from collections.abc import Callable, Sequence

from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import MediaRequest, Members, Result
from voxdouble_mock.voice.analysis import ChannelVoice, SpeechRange, analyse
from voxdouble_mock.voice.audio import UnusableAudio


def voices(request: MediaRequest) -> list[ChannelVoice]:
    """Analyse a recording as the query asks; unusable media end rejected (C11 to C13, S81).

    A parameter that a technology does not take is absent from the query, and means all of the recording.
    """
    query = request.query
    try:
        return analyse(
            request.file,
            channels=query.get("channels", ()),
            mix=query.get("channel_mode") == "mix",
            speech_range=SpeechRange(
                query.get("range_from", 0.0), query.get("range_to"), query.get("max_speech_length")
            ),
            max_seconds=request.limits.max_audio_seconds,
        )
    except UnusableAudio as error:
        raise Rejection(error.message, [Detail(error.location, error.message, "value")]) from error


def by_channel(request: MediaRequest, judge: Callable[[Sequence[bytes]], Sequence[Members]]) -> Result:
    """Let each chosen channel, or their mix, be judged by its voiceprint: a file and its voiceprint give the same."""
    heard = voices(request)
    judged = judge([voice.voiceprint for voice in heard])
    channels = [{"channel_number": voice.channel_number, **one} for voice, one in zip(heard, judged, strict=True)]
    return Result({"channels": channels}, audio_seconds(heard))


def audio_seconds(heard: Sequence[ChannelVoice]) -> float:
    """Sum the audio that was analysed."""
    return sum(voice.audio_length for voice in heard)
