"""The seconds of speech that silero-vad, another voice activity detector, finds, to compare with ours.

Its wheel holds the model, which onnxruntime runs. The package requires torch, which is not needed here; so it is
installed with `--no-deps`. Speech is derived from the model's probabilities as in its `get_speech_timestamps`.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime

from training.signal_changes import RATE, Signal

WINDOW, CONTEXT = 512, 64
SPEECH, SILENCE = 0.5, 0.35
MIN_SPEECH, MIN_SILENCE, PADDING = 0.25, 0.1, 0.03


@cache
def _model() -> onnxruntime.InferenceSession:
    package = find_spec("silero_vad")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("silero-vad must be installed: pip install --no-deps silero-vad")
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    path = Path(package.origin).with_name("data") / "silero_vad.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def speech_seconds(samples: Signal) -> float:
    """Return the seconds of speech in samples at 16 kHz, with the detector's standard options."""
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros(CONTEXT, np.float32)
    found: list[list[float]] = []
    begin = silent = None
    for place in range(0, len(samples), WINDOW):
        window = np.zeros(WINDOW, np.float32)
        window[: len(samples) - place] = samples[place : place + WINDOW]
        inputs = {"input": np.concatenate([context, window])[np.newaxis], "state": state, "sr": np.array(RATE)}
        output, state = _model().run(None, inputs)
        context, chance, now = window[-CONTEXT:], float(output[0, 0]), place / RATE
        if chance >= SPEECH:
            begin, silent = now if begin is None else begin, None
        elif chance < SILENCE and begin is not None:
            silent = now if silent is None else silent
            if now - silent >= MIN_SILENCE:
                found += [[begin, silent]] if silent - begin > MIN_SPEECH else []
                begin = silent = None
    end = len(samples) / RATE
    if begin is not None and end - begin > MIN_SPEECH:
        found.append([begin, end])
    return _padded(found, end)


def _padded(found: list[list[float]], end: float) -> float:
    """Return the length of all stretches, each padded on both sides, but not over one another."""
    covered = last = 0.0
    for begin, stop in found:
        padded = min(end, stop + PADDING)
        covered += padded - max(last, begin - PADDING)
        last = padded
    return covered
