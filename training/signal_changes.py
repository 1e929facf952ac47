"""What happens to speech on its way: noise, telephone, lossy coding. Each is a function of a signal at 16 kHz."""

import io

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16_000
Signal = npt.NDArray[np.float64]


def resampled(samples: Signal, rate: float, wanted: float) -> Signal:
    """Change the rate through the spectrum of the whole (short) signal."""
    if rate == wanted:
        return samples
    length = round(len(samples) * wanted / rate)
    bins = np.zeros(length // 2 + 1, complex)
    spectrum = np.fft.rfft(samples)
    keep = min(len(bins), len(spectrum))
    bins[:keep] = spectrum[:keep]
    return np.fft.irfft(bins, length) * (length / len(samples))


def noisy(samples: Signal, decibel: float, chance: np.random.Generator, tilt: float = 0.0) -> Signal:
    """Add Gaussian noise at a signal-to-noise ratio.

    Its power falls with frequency to the power of `tilt`; 0 is white.
    """
    spectrum = np.fft.rfft(chance.standard_normal(len(samples)))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, len(samples))
    return samples + noise * np.sqrt(np.mean(samples**2) / np.mean(noise**2)) * 10 ** (-decibel / 20)


def telephone(samples: Signal, codec: str = "ALAW") -> tuple[Signal, int]:
    """Send through a telephone: 300 to 3,400 Hz, 8 kHz, one of ALAW, ULAW, GSM610; the samples and their rate."""
    length = len(samples) // 2
    bins = np.fft.rfft(samples)[: length // 2 + 1].copy()
    hertz = np.arange(len(bins)) * RATE / len(samples)
    bins *= 1 / (1 + (300 / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / 3_400) ** 30)
    return coded(np.fft.irfft(bins, length) / 2, 8_000, "WAV", codec)


def mp3(samples: Signal, rate: int = RATE, level: float = 0.5) -> tuple[Signal, int]:
    """Code as MP3 and decode again; `level` 0 is the best quality, 1 the smallest file."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="MP3", subtype="MPEG_LAYER_III", compression_level=level)
    target.seek(0)
    return soundfile.read(target)


def coded(samples: Signal, rate: int, container: str, subtype: str) -> tuple[Signal, int]:
    """Code and decode again."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=container, subtype=subtype)
    target.seek(0)
    return soundfile.read(target)


def in_room(samples: Signal, chance: np.random.Generator) -> Signal:
    """Record in a room with a common microphone.

    An echo of 0.15 to 0.6 s, a tilt of up to 6 dB an octave, noise 18 to 45 dB below the speech.
    """
    decay = chance.uniform(0.15, 0.6)
    time = np.arange(int(decay * RATE)) / RATE
    tail = chance.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail[0] = np.sqrt(np.sum(tail[1:] ** 2)) * chance.uniform(0.7, 2.5)
    length = len(samples) + len(tail)
    spectrum = np.fft.rfft(samples, length) * np.fft.rfft(tail, length)
    octaves = np.log2(np.maximum(np.arange(len(spectrum)) * RATE / length, 100) / 1_000)
    spectrum *= 10 ** (chance.uniform(-6, 6) * octaves / 20)
    wet = np.fft.irfft(spectrum, length)[: len(samples)]
    return noisy(0.5 * wet / np.abs(wet).max(), chance.uniform(18, 45), chance, chance.choice([0.0, 1.0]))
