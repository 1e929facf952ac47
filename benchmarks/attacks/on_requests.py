"""Attacks with damaged, foreign and hostile requests: P1, P3, P4, P5, P6."""

import random
import re
import string
import threading

from benchmarks.attacks.attack import (
    CONVERSION_PATH,
    EXTRACTION_PATH,
    MULTIPART,
    SESSION,
    VOICEPRINT,
    Outcome,
    exchange,
    head,
    is_served,
    status_of,
    until,
    upload,
)
from tests.commands.process import serving
from voxdouble_mock import MockAppliance
from voxdouble_mock.in_process.mock_appliance import MockNamespace

JSON = b'{"voiceprints": ["' + VOICEPRINT.encode() + b'"]}'
ROUTES = [
    ("POST", CONVERSION_PATH, "application/json", JSON),
    ("POST", EXTRACTION_PATH, MULTIPART, upload()),
    ("GET", "/api/system/info", "text/plain", b""),
    ("GET", f"{CONVERSION_PATH}/x", "text/plain", b""),
    ("GET", "/_mock/tasks", "text/plain", b""),
    ("GET", "/_mock/requests", "text/plain", b""),
    ("POST", "/_mock/clock/advance", "application/json", b'{"seconds": 9}'),
    ("POST", "/_mock/faults", "application/json", b'{"kind": "reset"}'),
    ("PUT", "/_mock/scenario", "text/plain", b"instant"),
    ("POST", "/_mock/reset", "text/plain", b""),
]
TOKEN = "correct-horse-battery"
NAMESPACES = 16
NASTY = [
    "\r\n",
    "X-Injected: 1",
    "<script>",
    "'\"><img src=x>",
    "../",
    "\x1b[31m",
    "\u202e",
    "%0d%0a",
    "\0",
    "\\",
    ";",
    "\x7f",
]
LOG_LINE = re.compile(
    r"The console, for a browser: \S+\n|"
    r"\d{4}-\d\d-\d\d [\d:,]+ (INFO|WARNING) [^\x00-\x1f\x7f-\x9f\u202e]*\n"
)


def cut_uploads(seconds: float, chance: random.Random) -> Outcome:
    """P1: uploads that end at a random byte, none of which may be accepted."""
    body = upload()
    with MockAppliance() as mock:
        whole = head("POST", EXTRACTION_PATH, len(body), MULTIPART) + body
        answers = [exchange(mock.url, whole[: chance.randrange(len(whole))]) for _ in until(seconds)]
    taken = sum(status_of(answer) == 202 for answer in answers)
    return Outcome(f"{len(answers):,} uploads cut at a random byte, {taken} accepted", not taken)


def damaged_requests(seconds: float, chance: random.Random) -> Outcome:
    """P3: requests with random bytes changed, none of which may be answered with a 5xx."""
    seeds = [head(method, path, len(body), content_type) + body for method, path, content_type, body in ROUTES]
    statuses: list[int] = []
    with MockAppliance() as mock:
        for _ in until(seconds):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(min(len(data), 700))
                data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
            mock.reset()  # a damaged request may have armed a fault that others would meet
            statuses.append(status_of(exchange(mock.url, bytes(data))))
    failed = sum(status >= 500 for status in statuses)
    return Outcome(f"{len(statuses):,} damaged requests, {failed} answered with a 5xx", not failed)


def foreign_headers(seconds: float, chance: random.Random) -> Outcome:
    """P4: requests as a page of another origin causes them, by its Host or its origin; none may be served."""
    served = total = 0
    with MockAppliance() as mock:
        for number in until(seconds):
            total = number + 1
            method, path, content_type, body = chance.choice(ROUTES)
            host, headers = mock.url.removeprefix("http://"), dict[str, str]()
            match chance.randrange(4):
                case 0:
                    host = foreign_name(chance)
                case 1:
                    headers["Origin"] = f"http://{foreign_name(chance)}"
                case 2:
                    headers = {"Origin": f"http://{host}", "Sec_Fetch_Site": chance.choice(["cross-site", "same-site"])}
                case _:
                    host = foreign_name(chance)
                    headers = {"Origin": f"http://{host}", "Sec_Fetch_Site": "same-origin"}
            answer = exchange(mock.url, head(method, path, len(body), content_type, host, **headers) + body)
            served += is_served(answer)
        changed = len(SESSION.get(mock.url + "/_mock/tasks", timeout=30).json()["tasks"])
    return Outcome(
        f"{total:,} requests of foreign pages, {served} served, {changed} tasks started", not served + changed
    )


def foreign_name(chance: random.Random) -> str:
    """Return the name of a host that a web page can have, perhaps with a port."""
    labels = ["".join(chance.choices(string.ascii_letters + string.digits, k=chance.randint(1, 12))) for _ in range(2)]
    beginning = chance.choice(["", "127.0.0.1.", "localhost.", "xn--"])
    ending = chance.choice([".com", ".example", ".local", ".localhost.com", ".internal.org", ".COM."])
    return beginning + ".".join(labels) + ending + chance.choice(["", ":80", ":8000"])


def wrong_tokens(seconds: float, chance: random.Random) -> Outcome:
    """P5: requests with wrong tokens, and changes of other namespaces; none may be served or seen."""
    served = seen = total = 0
    with MockAppliance(token=TOKEN, clock="manual") as mock:
        quiet, began = mock.namespace("quiet"), mock.namespace("quiet").clock.now()
        others = [mock.namespace(f"n{number}") for number in range(NAMESPACES)]
        right = {"Authorization": f"Bearer {TOKEN}"}
        for number in until(seconds):
            total = number + 1
            method, path, content_type, body = chance.choice(ROUTES)
            authorization = chance.choice([f"Bearer {wrong_token(chance)}", TOKEN, f"Basic {TOKEN}", ""])
            request = head(method, path, len(body), content_type, Authorization=authorization) + body
            served += is_served(exchange(mock.url, request))
            change(chance.choice(others), chance)
            if number % 10 == 0:
                started = SESSION.post(
                    quiet.url + CONVERSION_PATH, json={"voiceprints": [VOICEPRINT]}, headers=right, timeout=30
                )
                seen += started.status_code != 202 or quiet.clock.now() != began
    figure = (
        f"{total:,} wrong tokens, {served} served; as many changes in {NAMESPACES} namespaces, {seen} seen in another"
    )
    return Outcome(figure, not served + seen)


def change(namespace: MockNamespace, chance: random.Random) -> None:
    """Change something in a namespace that another one must not notice."""
    match chance.randrange(4):
        case 0:
            namespace.fault("status", status=500)
        case 1:
            namespace.clock.advance(60)
        case 2:
            namespace.scenario({"rules": [{"then": {"end": "failed"}}]})
        case _:
            namespace.reset()


def wrong_token(chance: random.Random) -> str:
    """Return a token that differs from the right one in some characters."""
    at = chance.randrange(len(TOKEN))
    return chance.choice([TOKEN[:at], TOKEN + "x", TOKEN.upper(), TOKEN[:at] + "_" + TOKEN[at + 1 :], f"x{TOKEN}"])


def hostile_names(seconds: float, chance: random.Random) -> Outcome:
    """P6: file names, parameters and paths with line ends, markup and escapes, which may appear as data only."""
    injected = total = 0
    lines: list[str] = []
    with serving("--verbose") as (url, process):
        assert process.stderr is not None
        reader = threading.Thread(target=lines.extend, args=(process.stderr,))
        reader.start()
        for number in until(seconds):
            total = number + 1
            name = "".join(chance.choices([*NASTY, "a", "."], k=chance.randint(1, 12)))
            body = upload(name, b"RIFF")
            escaped = "".join(f"%{byte:02x}" for byte in name.encode())
            for data in (
                head("POST", f"{EXTRACTION_PATH}?{escaped}", len(body), MULTIPART) + body,
                head("GET", f"{CONVERSION_PATH}/{escaped}", 0, "text/plain"),
                head("GET", f"/_ns/{escaped}/_mock/", 0, "text/plain"),
                head("GET", "/_mock/requests", 0, "text/plain"),
            ):
                injected += is_injected(exchange(url, data))
    reader.join()
    broken = sum(not LOG_LINE.fullmatch(line) for line in lines)
    figure = (
        f"{4 * total:,} requests with hostile names, {injected} headers or pages built from them, "
        f"{broken} of {len(lines):,} log lines broken"
    )
    return Outcome(figure, not injected + broken and len(lines) >= total)


def is_injected(response: bytes) -> bool:
    """Return whether a response has a header, or a page has markup, that was sent as a name."""
    headers, _, body = response.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in headers.split(b"\r\n")[1:]]
    page = b"text/html" in headers.lower()
    return b"x-injected" in names or (page and (b"<script>" in body or b"<img src=x>" in body))
