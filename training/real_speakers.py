"""Recordings of people in Debian's packages, for calibration and evaluation; the transform is not trained on them.

All are free software. The speakers are few, the prompts short and their sources unclear: one speaker's prompts are
joined to utterances of at least 5 s, and every figure has its interval.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from training.signal_changes import RATE, Signal, resampled

SHARE = Path("/usr/share")
PACKAGES = (
    "asterisk-core-sounds-en-wav asterisk-core-sounds-es-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-it-wav "
    "asterisk-core-sounds-ru-wav asterisk-prompt-fr-armelle asterisk-prompt-it-menardi-wav fillets-ng-data-cs "
    "fillets-ng-data-nl ktuberling-data"
)
UTTERANCES, SECONDS = 15, 5.0
ASTERISK, FILLETS, KTUBERLING = "asterisk/sounds/", "games/fillets-ng/sound", "ktuberling/sounds/"
KTUBERLING_LANGUAGES = ("ca", "da", "de", "el", "en", "fr", "gl", "lt", "ru", "sl", "uk", "wa")


@dataclass(frozen=True)
class RealSpeaker:
    """One person, with the paths of the recordings below /usr/share."""

    name: str
    folders: tuple[str, ...]
    pattern: str
    """A regular expression for the paths of the files."""
    gender: str
    """Empty if unknown."""


SPEAKERS = (
    RealSpeaker("Allison", (ASTERISK + "en_US_f_Allison", ASTERISK + "es_MX_f_Allison"), r"\.wav$", "female"),
    RealSpeaker("June", (ASTERISK + "fr_CA_f_June",), r"\.wav$", "female"),
    RealSpeaker("Carlo", (ASTERISK + "it_IT_m_Carlo",), r"\.wav$", "male"),
    RealSpeaker("IvrvoiceRU", (ASTERISK + "ru_RU_f_IvrvoiceRU",), r"\.wav$", "female"),
    RealSpeaker("Armelle", (ASTERISK,), r"/fr/.*\.gsm$", "female"),
    RealSpeaker("Menardi", (ASTERISK + "it_IT_f_Menardi",), r"\.wav$", "female"),
    RealSpeaker("Czech small fish", (FILLETS,), r"/cs/[^/]*-m-[^/]*\.ogg$", "female"),
    RealSpeaker("Czech big fish", (FILLETS,), r"/cs/[^/]*-v-[^/]*\.ogg$", "male"),
    RealSpeaker("Dutch small fish", (FILLETS,), r"/nl/[^/]*-m-[^/]*\.ogg$", "female"),
    RealSpeaker("Dutch big fish", (FILLETS,), r"/nl/[^/]*-v-[^/]*\.ogg$", "male"),
    *(RealSpeaker(f"KTuberling {code}", (KTUBERLING + code,), r"\.(wav|ogg)$", "") for code in KTUBERLING_LANGUAGES),
)


def real_utterances(speaker: RealSpeaker) -> list[Signal]:
    """Return utterances at 16 kHz: the speaker's prompts, joined in a random order."""
    paths = [path for folder in speaker.folders for path in sorted((SHARE / folder).rglob("*.*"))]
    paths = [path for path in paths if re.search(speaker.pattern, str(path))]
    if not paths:
        raise FileNotFoundError(f"Recordings of {speaker.name} are missing. apt-get install {PACKAGES}")
    random.Random(speaker.name).shuffle(paths)  # noqa: S311
    utterances: list[Signal] = []
    parts: list[Signal] = []
    for path in paths:
        parts.append(_prompt(path))
        if sum(map(len, parts)) >= SECONDS * RATE:
            utterances.append(np.concatenate(parts))
            parts = []
        if len(utterances) == UTTERANCES:
            break
    return utterances


def _prompt(path: Path) -> Signal:
    """Return the first channel of a prompt; empty if it is silent or very short."""
    raw = {"format": "RAW", "subtype": "GSM610", "samplerate": 8_000, "channels": 1} if path.suffix == ".gsm" else {}
    samples, rate = soundfile.read(path, always_2d=True, **raw)
    signal = resampled(samples[:, 0], rate, RATE)
    return signal if len(signal) > 0.4 * RATE and np.abs(signal).max() > 0.01 else signal[:0]
