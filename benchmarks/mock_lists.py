"""Processor time and memory of long lists: conversions on the mock beside library calls, and a large comparison.

Run: OPENBLAS_NUM_THREADS=1 python -m benchmarks.mock_lists

The library calls are the fastest ones that keep C7 and C8: a JSON parser that reports repeated names, NaN and bytes
that are not UTF-8, and one Base64 decoding for each item, since an error names the item; then product and encoding.
"""

import base64
import binascii
import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from statistics import median
from typing import Any

import numpy as np
import orjson

from benchmarks.figure import Figure
from benchmarks.minimal_flask import LENGTH, RECORD
from benchmarks.servers import Server, alternate, both
from voxdouble_mock.execution import completion_of
from voxdouble_mock.technologies.voiceprint_comparison import TECHNOLOGY
from voxdouble_mock.voice.scoring import log_likelihood_ratios
from voxdouble_mock.voice.vector import directions_of
from voxdouble_mock.voice.voiceprint import EMBEDDING_LENGTH, encode_all

LONG, SHORT, SIDE, ROUNDS = 50_000, 1_000, 1_000, 5
SHORT_TIMES = 20
numbers = count()


def voiceprints(length: int) -> list[bytes]:
    """Return voiceprints of the vendor's form, whose Base64 has no padding."""
    records = np.zeros(length, RECORD)
    records["head"] = np.frombuffer(b"{i\x03crcl\0\0\0\0i\x09embedding[", "V23")
    records["items"]["marker"] = ord("d")
    records["items"]["value"] = np.random.default_rng(1).standard_normal((length, LENGTH))
    records["tail"] = np.frombuffer(b"]}", "V2")
    return [record.tobytes() for record in records]


def encoded_voiceprints(length: int) -> list[str]:
    """Return the Base64 texts of voiceprints."""
    return [base64.b64encode(one).decode() for one in voiceprints(length)]


def body(items: list[str]) -> bytes:
    """Return a body with a list that no body before had, so that its result is not in the cache."""
    turn = next(numbers) % len(items)
    return orjson.dumps({"voiceprints": items[turn:] + items[:turn]})


def conversion_cpu_ms(server: Server, items: list[str], times: int) -> float:
    """Return the milliseconds of processor time from a POST until its whole result was sent."""
    began = server.cpu_ms()
    for _ in range(times):
        server.start_task(server.conversion, body(items), "application/json")
    return (server.cpu_ms() - began) / times


def library_calls(text: bytes, projection: Any) -> bytes:
    """Return the vectors of a body as JSON text, by library calls alone."""
    items = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_refused)["voiceprints"]
    decoded = [binascii.a2b_base64(item, strict_mode=True) for item in items]
    embeddings = np.frombuffer(b"".join(decoded), RECORD)["items"]["value"].astype(np.float64)
    vectors = embeddings @ projection
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return orjson.dumps({"vector_voiceprints": vectors.astype(np.float32)}, option=orjson.OPT_SERIALIZE_NUMPY)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("A name is repeated.")
    return members


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def own_cpu_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that this process needs for the work."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def figures() -> Iterator[Figure]:
    """Yield the figures."""
    encoded = encoded_voiceprints(LONG)
    projection = np.random.default_rng(1).standard_normal((LENGTH, 128))
    with both("--task-lifetime", "3") as servers:
        mock = servers["mock"]
        found = []
        for _ in range(ROUNDS):
            calls = own_cpu_ms(partial(library_calls, body(encoded), projection))
            found.append((conversion_cpu_ms(mock, encoded, 1), calls))
        ours, ratio = median(one for one, _ in found), median(one / other for one, other in found)
        yield Figure(f"{LONG:,} conversions, beside library calls", f"{ours:,.0f} ms", ratio, 1.3)
        measure = partial(conversion_cpu_ms, items=encoded, times=1)
        ours, ratio = alternate(servers, measure, ROUNDS)
        yield Figure(f"{LONG:,} conversions", f"{ours:,.0f} ms", ratio)
        measure = partial(conversion_cpu_ms, items=encoded[:SHORT], times=SHORT_TIMES)
        ours, ratio = alternate(servers, measure, ROUNDS)
        yield Figure(f"{SHORT:,} conversions", f"{ours:.1f} ms", ratio, 40 / 33)
        yield memory(mock, encoded)
    yield comparison()


def memory(mock: Server, encoded: list[str]) -> Figure:
    """Return the memory of a long conversion beyond its stored result, as a multiple of its body."""
    text = body(encoded)
    mock.forget_peak()
    before = mock.memory()
    url = mock.start_task(mock.conversion, text, "application/json")
    result = len(mock.session.get(url, timeout=600).content)
    times = (mock.memory("VmHWM") - before - result / 2**20) / (len(text) / 2**20)
    return Figure(f"memory of {LONG:,} conversions beyond the result, in bodies", f"{len(text) / 1e6:.0f} MB", times, 3)


def comparison() -> Figure:
    """Return the processor time of a large comparison beside its product and its encoding."""
    encoded = encode_all(
        (np.random.default_rng(1).integers(-(2**15), 2**15, (2 * SIDE, EMBEDDING_LENGTH)) * 2.0**-20).astype(
            np.float32
        ),
        [1.0] * (2 * SIDE),
    )
    lists = {"voiceprints_a": encoded[:SIDE], "voiceprints_b": encoded[SIDE:]}
    across, down = (directions_of(one) for one in lists.values())
    matrix = log_likelihood_ratios(across, down).ravel()
    found = []
    for _ in range(2 * ROUNDS):
        necessary = own_cpu_ms(lambda: down @ across.T)
        necessary += own_cpu_ms(lambda: orjson.dumps(matrix, option=orjson.OPT_SERIALIZE_NUMPY))
        found.append((own_cpu_ms(lambda: completion_of(lambda: TECHNOLOGY.run(lists))), necessary))
    ours, ratio = median(one for one, _ in found), median(one / other for one, other in found)
    return Figure(f"comparison of {SIDE:,} by {SIDE:,}, beside product and encoding", f"{ours:.0f} ms", ratio, 1.5)


def curves() -> Mapping[str, list[tuple[float, float]]]:
    """Return points (length, milliseconds of processor time) of the plot."""
    with both("--task-lifetime", "3") as servers:
        return {
            "list length, conversion": [
                (length, conversion_cpu_ms(servers["mock"], encoded_voiceprints(length), max(1, 10_000 // length)))
                for length in (20, 200, 2_000, 20_000)
            ]
        }


if __name__ == "__main__":
    for figure in figures():
        print(figure)
