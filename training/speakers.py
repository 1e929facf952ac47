"""The synthetic speakers of `voices.toml`, in the same order at each call."""

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

VOICES = Path(__file__).with_name("voices.toml")
LANGUAGES_OF_A_VOICE = {"male": 4, "female": 10}
"""The number of languages of each voice of eSpeak NG in the training; in each it counts as a speaker of its own.

Most voices are male. The female ones speak more languages, so that both genders have about equal weight in training.
A held-out voice has one language.
"""

Engine = Literal["espeak-ng", "flite", "festival"]
Gender = Literal["male", "female"]
GENDERS: tuple[Gender, ...] = ("male", "female")


@dataclass(frozen=True)
class Speaker:
    """One synthetic speaker: a voice at a tape speed, which shifts pitch and formants together."""

    engine: Engine
    voice: str
    language: str
    """The language of an eSpeak NG voice; empty for the other programs."""
    gender: Gender
    speed: float
    held_out: bool

    @property
    def name(self) -> str:
        """A unique name."""
        return f"{self.engine}:{self.voice}:{self.language}:{self.speed}"


def speakers() -> list[Speaker]:
    """Return all speakers, those for training and those held out."""
    voices = tomllib.loads(VOICES.read_text(encoding="utf-8"))
    chance = random.Random(voices["seed"])  # noqa: S311
    speeds: list[float] = voices["speeds"]
    found: list[Speaker] = []
    for gender in GENDERS:
        for voice in voices["espeak-ng"][gender]:
            held_out = voice in voices["espeak-ng"]["held_out"]
            count = 1 if held_out else LANGUAGES_OF_A_VOICE[gender]
            for language in chance.sample(voices["espeak-ng"]["languages"], count):
                speed = 1.0 if held_out else chance.choice(speeds)
                found.append(Speaker("espeak-ng", voice, language, gender, speed, held_out))
    engines: tuple[Engine, ...] = ("flite", "festival")
    for engine in engines:
        for gender in GENDERS:
            for voice in voices[engine][gender]:
                held_out = voice in voices[engine]["held_out"]
                found += [
                    Speaker(engine, voice, "", gender, speed, held_out) for speed in ([1.0] if held_out else speeds)
                ]
    return found
