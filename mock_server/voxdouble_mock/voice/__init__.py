"""Voice processing: a recording to its voiceprint, and a voiceprint to its vector, bit-identical on every machine.

The modules of this folder obey these rules of bit-identity:

(a) The operands of every matrix product are whole numbers, and the partial sums stay below 2**53 in float64, below
    2**24 in float32. The product is then exact, whatever the order of summation, thread count, processor or fused
    multiply-add.
(b) All other floating-point operations are elementwise + - * / sqrt and rint, which IEEE 754 rounds correctly
    everywhere.
(c) Logarithms are made from the bits of a number and a table of whole numbers.
(d) Statistics are sums of whole numbers, and their last steps use Python's integers.
(e) No result depends on a transcendental function of the data, a complex number, a floating-point mean or an inexact
    sum. The one Fourier transform is rounded to the exact whole numbers that it approximates, with a proof
    (`pitch.LARGEST`). The probability of a gender uses `math.exp`, and is rounded to so few digits that the
    differences between machines vanish.

The technologies use the names below. All names are imported at the first use of one, or by `load`. An import at the
start would double the time of the start, because of numpy and the decoders.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxdouble_mock.voice.analysis import ChannelVoice, analyse
    from voxdouble_mock.voice.audio import UnusableAudio
    from voxdouble_mock.voice.channel import SpeechRange
    from voxdouble_mock.voice.merging import merge
    from voxdouble_mock.voice.overview import overview
    from voxdouble_mock.voice.scoring import ages_of, genders_of, log_likelihood_ratios
    from voxdouble_mock.voice.stand_in import stand_in
    from voxdouble_mock.voice.vector import directions_of, vector_rows_of, vectors_of
    from voxdouble_mock.voice.voiceprint import MODEL, InvalidVoiceprint, decode, speech_lengths_of

__all__ = [
    "MODEL",
    "ChannelVoice",
    "InvalidVoiceprint",
    "SpeechRange",
    "UnusableAudio",
    "ages_of",
    "analyse",
    "decode",
    "directions_of",
    "genders_of",
    "load",
    "log_likelihood_ratios",
    "merge",
    "overview",
    "speech_lengths_of",
    "stand_in",
    "vector_rows_of",
    "vectors_of",
]

MODULES = ("analysis", "audio", "channel", "merging", "overview", "scoring", "stand_in", "vector", "voiceprint")
"""The modules that define the names."""


def load() -> None:
    """Import all names now.

    `in_process` calls it before a test can replace the file system. `voxdouble serve` calls it in a thread, while the
    first requests arrive.
    """
    for module in MODULES:
        found = import_module(f"{__name__}.{module}")
        globals().update({name: vars(found)[name] for name in __all__ if name in vars(found)})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    load()
    return globals()[name]
