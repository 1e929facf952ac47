"""speaker-identification-voiceprint-extraction: a recording in, one voiceprint for each channel out (contract 4.1)."""

from base64 import b64encode

from voxdouble_mock.technologies._media import audio_seconds, voices
from voxdouble_mock.technologies._query import CHANNEL_MODE, CHANNELS, Parameter, read_boolean
from voxdouble_mock.technologies._technology import Billing, MediaRequest, MediaTechnology, Members, Result
from voxdouble_mock.voice.analysis import ChannelVoice
from voxdouble_mock.voice.vector import vectors_of

MODEL = "sid-xl5"  # S79


def run(request: MediaRequest) -> Result:
    """Give one entry for each chosen channel, or for their mix (S40)."""
    vector = request.query["include_vector_voiceprint"]
    heard = voices(request)
    return Result({"channels": [entry(voice, vector=vector) for voice in heard]}, audio_seconds(heard))


def entry(voice: ChannelVoice, *, vector: bool) -> Members:
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
    billing=Billing("speaker_identification", "extract"),
)
