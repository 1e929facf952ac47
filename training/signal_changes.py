"""Changes of a signal at 16 kHz: noise, telephone, lossy coding."""

import io

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16_000
Signal = npt.NDArray[np.float64]


def resampled(samples: Signal, rate: float, wanted: float) -> Signal:
    """Return the signal at another rate, resampled through the spectrum of the whole (short) signal."""
    if rate == wanted:
        return samples
    length = round(len(samples) * wanted / rate)
    bins = np.zeros(length // 2 + 1, complex)
    spectrum = np.fft.rfft(samples)
    keep = min(len(bins), len(spectrum))
    bins[:keep] = spectrum[:keep]
    changed: Signal = np.fft.irfft(bins, length) * (length / len(samples))
    return changed


def noisy(samples: Signal, decibel: float, chance: np.random.Generator, tilt: float = 0.0) -> Signal:
    """Return the signal with Gaussian noise at a signal-to-noise ratio.

    The power of the noise falls with frequency to the power of `tilt`; 0 is white.
    """
    spectrum = np.fft.rfft(chance.standard_normal(len(samples)))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, len(samples))
    louder: Signal = samples + noise * np.sqrt(np.mean(samples**2) / np.mean(noise**2)) * 10 ** (-decibel / 20)
    return louder


def telephone(samples: Signal, codec: str = "ALAW") -> tuple[Signal, int]:
    """Return the signal as over a telephone (300 to 3,400 Hz, 8 kHz; ALAW, ULAW or GSM610), and its rate."""
    length = len(samples) // 2
    bins = np.fft.rfft(samples)[: length // 2 + 1].copy()
    hertz = np.arange(len(bins)) * RATE / len(samples)
    bins *= 1 / (1 + (300 / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / 3_400) ** 30)
    return _read(as_wav(np.fft.irfft(bins, length) / 2, 8_000, codec))


def mp3(samples: Signal, rate: int = RATE, level: float = 0.5) -> tuple[Signal, int]:
    """Return the signal after MP3 coding, and its rate; `level` 0 is the best quality, 1 the smallest file."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="MP3", subtype="MPEG_LAYER_III", compression_level=level)
    target.seek(0)
    return _read(target)


def middle(samples: Signal, seconds: float = 1.0) -> Signal:
    """Return so many seconds from the middle of the samples."""
    length = round(seconds * RATE)
    first = max(0, (len(samples) - length) // 2)
    return samples[first : first + length]


def as_wav(samples: Signal, rate: int, subtype: str = "PCM_16") -> io.BytesIO:
    """Return the samples as a WAV file in memory."""
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="WAV", subtype=subtype)
    target.seek(0)
    return target


def _read(file: io.BytesIO) -> tuple[Signal, int]:
    samples, rate = soundfile.read(file)
    return samples, rate
