"""Strangers: appliances that keep the contract, differ from the mock in everything else, and share no code with it."""

import json
import logging
import re
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.serving import make_server

from tests.contract import stranger_family
from tests.contract.strange_voices import Voices, is_base64
from tests.contract.stranger_traits import Traits

EXTRACTION = "speaker-identification-voiceprint-extraction"
CONVERSION = "speaker-identification-voiceprint-conversion"
TYPES = {
    400: "request.invalid",
    401: "request.unauthorized",
    403: "request.forbidden",
    404: "resource.not-found",
    405: "method.invalid",
    413: "request.size-limit-exceeded",
    422: "request.validation-error",
    429: "request.rate-limit-exceeded",
}
UNKNOWN_VOICEPRINT = {
    "state": "rejected",
    "error": {"type": "task.validation-error", "message": "unbekannt", "detail": []},
}

NO_WAV = {"state": "rejected", "error": {"type": "task.validation-error", "message": "nur WAV"}}


@dataclass
class Task:
    """A task, with its result and the monotonic time from which it is shown."""

    technology: str
    ends: float
    result: dict[str, Any]


class Refusal(Exception):
    """A refusal: its status and the location of the error."""

    def __init__(self, status: int, *location: str | int) -> None:
        super().__init__(status)
        self.status = status
        self.location = list(location)


class Stranger:
    """One stranger."""

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        self.tasks: dict[str, Task] = {}
        self.voices = Voices(traits.speech, nulls=traits.nulls, native=traits.native)
        self.requests = 0
        self.lock = threading.Lock()

    def app(self) -> Flask:
        """Return the WSGI application."""
        app = Flask("stranger", static_folder=None)
        base = self.traits.prefix + "/api"
        for name in (EXTRACTION, CONVERSION, *stranger_family.NAMES):
            app.add_url_rule(
                f"{base}/technology/{name}", f"start {name}", lambda name=name: self.start(name), methods=["POST"]
            )
            app.add_url_rule(
                f"{base}/technology/{name}/<task_id>", name, lambda task_id, name=name: self.get(name, task_id)
            )
        app.add_url_rule(f"{base}/system/info", "info", lambda: self.respond({"version": self.traits.version}))
        app.add_url_rule(f"{base}/system/status", "status", lambda: self.respond({"services": ["up"]}))
        app.before_request(self.check_token)
        app.before_request(self.maybe_busy)
        app.register_error_handler(Refusal, lambda refusal: self.refuse(refusal.status, refusal.location))
        app.register_error_handler(HTTPException, self.refuse_http)
        return app

    def check_token(self) -> Response | None:
        """Return a 401 for a request without the token, if one is required."""
        wanted = self.traits.token
        is_wrong = wanted and request.headers.get("Authorization") != f"Bearer {wanted}"
        return self.refuse(401, []) if is_wrong else None

    def maybe_busy(self) -> Response | None:
        """Wait for the latency, and return a 429 for every nth request."""
        time.sleep(self.traits.latency)
        with self.lock:
            self.requests += 1
            number = self.requests
        if self.traits.busy_every and number % self.traits.busy_every == 0:
            response = self.refuse(429, [])
            response.headers["Retry-After"] = "1"
            return response
        return None

    def start(self, technology: str) -> Response:
        """Start a task."""
        licence = {EXTRACTION: 202, CONVERSION: self.traits.conversion}.get(technology, self.traits.family)
        if licence != 202:
            raise Refusal(licence)
        result = self.result_of(technology)
        task_id = str(uuid.uuid4()).upper() if self.traits.generation < 4 else str(uuid.uuid4())
        self.tasks[task_id] = Task(technology, time.monotonic() + self.traits.seconds, result)
        response = self.respond({"task": {"task_id": task_id, "state": "pending", **self.traits.extras}}, 202)
        path = f"{self.traits.prefix}/api/technology/{technology}/{task_id}"
        url = f"http://appliance.internal{path}" if self.traits.whole_location else path
        response.autocorrect_location_header = False
        response.headers["X-Location"] = url
        if self.traits.generation >= 3:
            response.headers["Location"] = url
        return response

    def result_of(self, technology: str) -> dict[str, Any]:
        """Return the final state with the result or error of the current request."""
        if technology == EXTRACTION:
            return self.extract()
        if technology == CONVERSION:
            return self.convert()
        if technology in stranger_family.OF_RECORDINGS:
            extracted = self.extract()
            return {**extracted, **stranger_family.from_recording(technology, extracted.get("result"), self.voices)}
        lists = self.lists(*stranger_family.LISTS[technology], least=stranger_family.LEAST.get(technology, 1))
        if all(text in self.voices.prints for name in lists for text in lists[name]):
            return {"state": "done", "result": stranger_family.from_voiceprints(technology, lists, self.voices)}
        return UNKNOWN_VOICEPRINT

    def get(self, technology: str, task_id: str) -> Response:
        """Return the response to a poll."""
        if not re.fullmatch("[0-9a-fA-F-]{36}", task_id):
            raise Refusal(self.traits.malformed_id, "path", "task_id")
        task = self.tasks.get(task_id)
        now = time.monotonic()
        if task is None or task.technology != technology or now > task.ends + self.traits.lifetime:
            raise Refusal(404)
        shown = task.result if now >= task.ends else {"state": "pending"}
        body: dict[str, Any] = {"result": None, "error": None} if self.traits.nulls else {}
        body |= {key: value for key, value in shown.items() if key != "state"}
        return self.respond({"task": {"task_id": task_id, "state": shown["state"]}, **body, **self.traits.extras})

    def extract(self) -> dict[str, Any]:
        """Return the result of an extraction."""
        length = request.content_length or 0
        if length > self.traits.max_upload:
            raise Refusal(413)
        mode, flag = request.args.get("channel_mode", "split"), request.args.get("include_vector_voiceprint", "false")
        if mode not in {"split", "mix"} or flag not in {"true", "True", "false", "False"}:
            raise Refusal(422, "query", "channel_mode")
        if request.mimetype != "multipart/form-data" or "boundary" not in request.mimetype_params:
            raise Refusal(400)
        if "file" not in request.files:
            raise Refusal(422, "body", "file")
        data = request.files["file"].read()
        if not data:
            raise Refusal(422, "body", "file")
        if self.traits.only_wav and not data.startswith(b"RIFF"):
            return NO_WAV
        wanted = request.args.get("channels", "")
        if not re.fullmatch(r"(\d+(,\d+)*)?", wanted):
            raise Refusal(422, "query", "channels")
        return self.voices.result_of(
            data, mode, [int(word) for word in wanted.split(",") if word], flag.lower() == "true"
        )

    def convert(self) -> dict[str, Any]:
        """Return the result of a conversion; voiceprints of other appliances are rejected."""
        prints = self.lists("voiceprints")["voiceprints"]
        if any(text not in self.voices.prints for text in prints):
            return UNKNOWN_VOICEPRINT
        return {"state": "done", "result": {"vector_voiceprints": [self.voices.vector(text) for text in prints]}}

    def lists(self, *names: str, least: int = 1) -> dict[str, list[str]]:
        """Return the lists of voiceprints in the request."""
        if int(request.content_length or 0) > self.traits.max_upload:
            raise Refusal(413)
        try:
            body = json.loads(request.get_data())
        except (ValueError, RecursionError):
            raise Refusal(400) from None
        for name in names:
            prints = body.get(name) if isinstance(body, dict) else None
            if not isinstance(prints, list) or not least <= len(prints) <= 50_000:
                raise Refusal(422, "body", name)
            for index, text in enumerate(prints):
                if not isinstance(text, str) or not is_base64(text):
                    raise Refusal(422, "body", name, index)
        return {name: body[name] for name in names}

    def respond(self, body: dict[str, Any], status: int = 200) -> Response:
        """Return a JSON response."""
        text = json.dumps({**body, **self.traits.extras}, indent=1)
        return Response(text, status, content_type="application/json; charset=utf-8")

    def refuse(self, status: int, location: list[str | int]) -> Response:
        """Return the response to a refused request."""
        if status == 413:  # sent by the reverse proxy, which has its own limit
            return Response("<html><center>413</center><hr>nginx</html>", 413, content_type="text/html")
        detail = (
            [{"location": location, "message": "nicht gültig", "type": "wert", "context": None}] if location else []
        )
        return self.respond({"type": TYPES[status], "message": f"Fehler {status}", "detail": detail}, status)

    def refuse_http(self, error: HTTPException) -> Response:
        """Return the response to an error that Flask found."""
        status = 404 if isinstance(error, NotFound) else 405 if isinstance(error, MethodNotAllowed) else 400
        if status == 405 and self.traits.generation < 4:
            status = 404
        return self.refuse(status, [])


logging.getLogger("werkzeug").setLevel(logging.ERROR)  # without a line for each request


@contextmanager
def serving(traits: Traits) -> Iterator[str]:
    """Serve a stranger, and yield its base URL."""
    context = None
    if traits.certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(traits.certificate)
    server = make_server("127.0.0.1", 0, Stranger(traits).app(), threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_port}{traits.prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
