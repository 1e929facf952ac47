"""Analysis of recordings, shared by the technologies that take them."""

from collections.abc import Callable, Sequence

from voxdouble_mock import voice
from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import MediaRequest, Members, Result


def analyse_recording(request: MediaRequest) -> "list[voice.ChannelVoice]":
    """Return the analysis of the requested channels. Raises Rejection for unusable media (C11 to C13, S81)."""
    options = request.options
    try:
        return voice.analyse(
            request.file,
            channels=options.channels,
            mix=options.channel_mode == "mix",
            speech_range=voice.SpeechRange(options.range_from, options.range_to, options.max_speech_length),
            max_seconds=request.max_audio_seconds,
            checkpoint=request.checkpoint,
        )
    except voice.UnusableAudio as error:
        raise Rejection(error.message, [Detail(error.location, error.message, "value")]) from error


def score_channels(request: MediaRequest, score: Callable[[Sequence[bytes]], Sequence[Members]]) -> Result:
    """Return the scores of each requested channel, or of their mix, from its voiceprint (C35)."""
    voices = analyse_recording(request)
    scores = score([channel.voiceprint for channel in voices])
    channels = [{"channel_number": channel.channel_number, **one} for channel, one in zip(voices, scores, strict=True)]
    return Result({"channels": channels}, audio_seconds(voices))


def audio_seconds(voices: "Sequence[voice.ChannelVoice]") -> float:
    """Return the seconds of audio that were analysed, over all channels."""
    return sum(channel.audio_length for channel in voices)
