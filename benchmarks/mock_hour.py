"""Seconds from the last byte of an hour of audio until the mock's 202, beside the bounds for an idle machine.

Run: python -m benchmarks.mock_hour
Each upload has one channel or two of speech without pauses, at 16 kHz, and no result of it is cached.
"""

import socket
import time
from urllib.parse import urlsplit

from benchmarks.servers import MULTIPART, form
from benchmarks.voice_extraction import recording
from tests.commands.process import serving

PATH = "/api/technology/speaker-identification-voiceprint-extraction"
BOUNDS = {1: 2.0, 2: 3.5}
"""Seconds, by the number of channels."""
ROUNDS = 3


def seconds_until_response(url: str, body: bytes) -> float:
    """Upload a body; return the seconds from its last byte until the first of the response, which must be a 202."""
    parts = urlsplit(url)
    about_body = f"Content-Type: {MULTIPART}\r\nContent-Length: {len(body)}\r\n\r\n"
    head = f"POST {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\n{about_body}"
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(head.encode() + body)
        sent = time.monotonic()
        response = client.recv(65_536)
        passed = time.monotonic() - sent
    if not response.startswith(b"HTTP/1.1 202 "):
        raise SystemExit(f"The response must have the status 202, got {response[:200]!r}.")
    return passed


def main() -> None:
    """Print the shortest time for each number of channels."""
    with serving("--cache", "0") as (url, _):
        for channels, bound in BOUNDS.items():
            body = form(recording(3600, "WAV", "PCM_16", 16_000, channels).getvalue())
            shortest = min(seconds_until_response(url, body) for _ in range(ROUNDS))
            print(f"{channels} channel{'s' * (channels > 1)}: {shortest:.2f} s (bound {bound:g} s)")


if __name__ == "__main__":
    main()
