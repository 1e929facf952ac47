"""speaker-identification-voiceprint-extraction: a recording in, one voiceprint for each channel out (contract 4.1)."""

from base64 import b64encode

from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._query import CHANNEL_MODE, CHANNELS, Parameter, read_boolean
from voxdouble_mock.technologies._technology import MediaRequest, MediaTechnology, Result
from voxdouble_mock.voice.analysis import ChannelVoice, analyse
from voxdouble_mock.voice.audio import UnusableAudio
from voxdouble_mock.voice.vector import vectors_of

MODEL = "sid-xl5"  # S79


def run(request: MediaRequest) -> Result:
    """Analyse the chosen channels; unusable media end rejected (C11 to C13, S81)."""
    try:
        voices = analyse(
            request.file,
            channels=request.query["channels"],
            mix=request.query["channel_mode"] == "mix",
            max_seconds=request.limits.max_audio_seconds,
        )
    except UnusableAudio as error:
        raise Rejection(error.message, [Detail(error.location, error.message, "value")]) from error
    return {"channels": [entry(voice, vector=request.query["include_vector_voiceprint"]) for voice in voices]}


def entry(voice: ChannelVoice, *, vector: bool) -> Result:
    """Make one channel's entry in the order of the vendor's guide (S36), with its vector only if asked for (C15)."""
    return {
        "channel_number": voice.channel_number,
        "voiceprint": b64encode(voice.voiceprint).decode("ascii"),
        **({"vector_voiceprint": vectors_of([voice.voiceprint])[0]} if vector else {}),
        "speech_length": voice.speech_length,
        "model": MODEL,
    }


TECHNOLOGY = MediaTechnology(
    name="speaker-identification-voiceprint-extraction",
    parameters=(CHANNEL_MODE, CHANNELS, Parameter("include_vector_voiceprint", default=False, read=read_boolean)),
    run=run,
)
