"""A minimal Flask application on cheroot, the yardstick: the same exchanges, with nothing checked, logged or bounded.

Run: python -m benchmarks.minimal_flask PORT

Extractions are made of the upload's digest, at the first poll; conversions of the list, in a thread from the POST on.
It uses the fastest libraries: orjson, one Base64 decoding
for a whole list, and no parser for a multipart body with a single part.
"""

import base64
import hashlib
import sys
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import orjson
from cheroot.wsgi import Server
from flask import Flask, Response, request

app = Flask(__name__)
tasks: dict[str, bytes | Future[bytes] | Callable[[], bytes]] = {}
"""The result of each task as JSON text, or the future or function that returns it."""
KEPT = 20_000
LENGTH = 256
RECORD = np.dtype([("head", "V23"), ("items", [("marker", "u1"), ("value", ">f4")], (LENGTH,)), ("tail", "V2")])
PROJECTION = np.random.default_rng(1).standard_normal((LENGTH, 128), dtype=np.float32)
executor = ThreadPoolExecutor(1)


def project(embeddings: Any) -> Any:
    """Return vectors of length 1."""
    vectors = np.asarray(embeddings, np.float32) @ PROJECTION
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def extraction(digest: bytes) -> bytes:
    """Return a result that is a function of the digest."""
    embedding = np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal(LENGTH, dtype=np.float32)
    record = np.zeros(1, RECORD)
    record["items"]["value"] = embedding
    voiceprint = base64.b64encode(record.tobytes()).decode()
    return orjson.dumps({"voiceprint": voiceprint, "vector": project(embedding[None])[0].tolist()})


def conversion(items: list[str]) -> bytes:
    """Return the vectors of voiceprints whose Base64 has no padding."""
    records = np.frombuffer(base64.b64decode("".join(items)), RECORD)
    return orjson.dumps({"vectors": project(records["items"]["value"])}, option=orjson.OPT_SERIALIZE_NUMPY)


def accept(path: str, result: Future[bytes] | Callable[[], bytes]) -> Response:
    """Return the 202 of a new task."""
    if len(tasks) >= KEPT:
        tasks.clear()
    task_id = str(uuid.uuid4())
    tasks[task_id] = result
    body = orjson.dumps({"task": {"task_id": task_id, "state": "pending"}})
    return Response(body, 202, {"Location": f"{path}/{task_id}"}, mimetype="application/json")


@app.post("/extract")
def extract() -> Response:
    """Start an extraction of the single part of the body."""
    mark = b"\r\n--" + request.mimetype_params["boundary"].encode()
    data = request.get_data(cache=False)
    part = memoryview(data)[data.index(b"\r\n\r\n") + 4 : data.rindex(mark)]
    return accept("/extract", partial(extraction, hashlib.sha256(part).digest()))


@app.post("/convert")
def convert() -> Response:
    """Start a conversion."""
    return accept("/convert", executor.submit(conversion, orjson.loads(request.get_data(cache=False))["voiceprints"]))


@app.get("/<kind>/<task_id>")
def poll(kind: str, task_id: str) -> Response:
    """Return the state of a task, and its result."""
    result = tasks[task_id]
    if isinstance(result, Future):
        if not result.done():
            return Response(b'{"task": {"state": "running"}}', mimetype="application/json")
        result = tasks[task_id] = result.result()
    if not isinstance(result, bytes):
        result = tasks[task_id] = result()
    head = orjson.dumps({"task_id": task_id, "state": "done", "kind": kind})
    return Response(b'{"task":' + head + b',"result":' + result + b"}", mimetype="application/json")


@app.get("/health")
def health() -> Response:
    """Return a response once the server is ready."""
    return Response(b"{}", mimetype="application/json")


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), app, numthreads=8, request_queue_size=128).start()
