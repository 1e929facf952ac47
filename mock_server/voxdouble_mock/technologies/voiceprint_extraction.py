"""speaker-identification-voiceprint-extraction: from a recording to one voiceprint for each channel (S36 to S40)."""

from base64 import b64encode

from voxdouble_mock import voice
from voxdouble_mock.technologies._media import analyse_recording, audio_seconds
from voxdouble_mock.technologies._recording_options import CHANNEL_MODE, CHANNELS, INCLUDE_VECTOR_VOICEPRINT
from voxdouble_mock.technologies._technology import Billing, MediaRequest, MediaTechnology, Members, Result


def run(request: MediaRequest) -> Result:
    """Return one entry for each requested channel, or for their mix (S40)."""
    voices = analyse_recording(request)
    include_vector_voiceprint = request.options.include_vector_voiceprint
    channels = [entry(channel, include_vector_voiceprint=include_vector_voiceprint) for channel in voices]
    return Result({"channels": channels}, audio_seconds(voices))


def entry(channel: "voice.ChannelVoice", *, include_vector_voiceprint: bool) -> Members:
    """Return the entry of a channel, in the order of the vendor's guide (S36), with its vector on request (C15)."""
    return {
        "channel_number": channel.channel_number,
        "voiceprint": b64encode(channel.voiceprint).decode("ascii"),
        **({"vector_voiceprint": voice.vectors_of([channel.voiceprint])[0]} if include_vector_voiceprint else {}),
        "speech_length": channel.speech_length,
        "model": voice.MODEL,
    }


TECHNOLOGY = MediaTechnology(
    name="speaker-identification-voiceprint-extraction",
    parameters=(CHANNEL_MODE, CHANNELS, INCLUDE_VECTOR_VOICEPRINT),
    run=run,
    billing=Billing("speaker_identification", "extract"),
    entry_members=("channel_number", "voiceprint", "vector_voiceprint", "speech_length", "model"),
)
