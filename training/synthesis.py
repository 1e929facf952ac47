"""Speech of the synthetic speakers, at 16 kHz."""

import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from training.signal_changes import resampled
from training.speakers import Speaker

RATE = 16_000
Signal = npt.NDArray[np.float64]

SENTENCES = (
    "The old lighthouse keeper walked along the stony beach before breakfast.",
    "Nobody in the village could remember such a cold and windy summer.",
    "She bought seven oranges, a loaf of bread and some cheese at the market.",
    "We should leave early tomorrow because the road over the hills is narrow.",
    "My brother plays the violin, but he would rather learn to drive a train.",
    "A small brown dog was sleeping under the table in the warm kitchen.",
    "Could you please tell me when the next bus to the airport is leaving?",
    "The children were laughing and throwing leaves at each other in the park.",
    "He opened the heavy door slowly and looked around the empty room.",
    "Most people enjoy a good story when the evening is long and dark.",
    "Their new teacher speaks four languages and travels whenever she can.",
    "Just put the boxes over there, next to the window, and mind your fingers.",
    "The choir began to sing, and everyone in the square stood still.",
    "If you follow this river for an hour you will reach the blue lake.",
    "Yesterday the queue at the post office was longer than ever before.",
    "I have never understood why the clock in the hall runs backwards.",
)


def utterances(speaker: Speaker, count: int) -> list[Signal]:
    """Return `count` utterances of a speaker, with slightly different pace; eSpeak NG varies the pitch too."""
    chance = random.Random(speaker.name)  # noqa: S311
    texts = chance.sample(SENTENCES, count)
    return [_trimmed(_said(speaker, text, chance)) for text in texts]


def _said(speaker: Speaker, text: str, chance: random.Random) -> Signal:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        match speaker.engine:
            case "espeak-ng":
                voice = f"{speaker.language}+{speaker.voice}"
                mood = ["-p", str(chance.randint(42, 58)), "-s", str(chance.randint(140, 190))]
                command = ["espeak-ng", "-v", voice, *mood, "-w", str(wav), text]
            case "flite":
                pace = f"duration_stretch={chance.uniform(0.9, 1.15):.2f}"
                command = ["flite", "-voice", speaker.voice, "--setf", pace, "-t", text, "-o", str(wav)]
            case "festival":
                script = Path(folder) / "say.scm"
                script.write_text(
                    f"(voice_{speaker.voice})\n"
                    f"(Parameter.set 'Duration_Stretch {chance.uniform(0.9, 1.15):.2f})\n"
                    f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{wav}" \'riff)\n',
                    encoding="utf-8",
                )
                command = ["festival", "-b", str(script)]
        subprocess.run(command, check=True, timeout=120, capture_output=True)  # noqa: S603
        samples, rate = soundfile.read(wav)
    return resampled(samples, rate * speaker.speed, RATE)


def _trimmed(samples: Signal) -> Signal:
    """Return the samples without silence at both ends, with a peak of 0.5."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() * 10 ** (-45 / 20))
    samples = samples[loud[0] : loud[-1] + 1]
    level: float = 0.5 / np.abs(samples).max()
    return level * samples
