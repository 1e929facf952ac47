"""The command `voxdouble demo`: the main job on a mock of its own, step by step as in the vendor's guide.

It uses plain HTTP without the client, so that a newcomer can repeat the printed requests with any tool.
"""

import time
from typing import Any

import click
import requests

import voxdouble_fixtures
from voxdouble_mock import MockAppliance

RECORDING = "john_doe.wav"
EXTRACTION = "/api/technology/speaker-identification-voiceprint-extraction"
CONVERSION = "/api/technology/speaker-identification-voiceprint-conversion"
FINAL = {"done", "failed", "rejected"}
SECONDS = 30


@click.command()
def demo() -> None:
    """Extract a voiceprint and its vector from a bundled recording, convert the voiceprint, compare the vectors."""
    with MockAppliance() as mock, requests.Session() as session:
        session.trust_env = False  # no proxy: the mock is in this process
        step(f"A mock appliance responds at {mock.url}; a real one would respond at http://<its address>:8000.")
        step(f"1. Send a recording ({RECORDING}) and ask for its vector too.")
        channel = extract(session, mock.url)["channels"][0]
        step(f"   voiceprint        {channel['voiceprint'][:48]}... ({len(channel['voiceprint'])} characters)")
        step(f"   vector_voiceprint {shown(channel['vector_voiceprint'])}")
        step(f"   speech_length     {channel['speech_length']} s, model {channel['model']}")
        step("2. Convert the voiceprint, as you would convert voiceprints that were stored earlier.")
        vector = convert(session, mock.url, channel["voiceprint"])["vector_voiceprints"][0]
        step(f"   vector_voiceprint {shown(vector)}")
        if vector != channel["vector_voiceprint"]:
            raise click.ClickException("The two vectors must be equal, and they differ.")
        step("3. Both vectors are equal, number by number: a vector database can store either of them.")


def extract(session: requests.Session, url: str) -> Any:
    """Run voiceprint extraction on the recording and return its result."""
    with voxdouble_fixtures.path(RECORDING).open("rb") as file:
        started = session.post(
            url + EXTRACTION, files={"file": file}, params={"include_vector_voiceprint": True}, timeout=SECONDS
        )
    return poll(session, started)


def convert(session: requests.Session, url: str, voiceprint: str) -> Any:
    """Run voiceprint conversion on one voiceprint and return its result."""
    return poll(session, session.post(url + CONVERSION, json={"voiceprints": [voiceprint]}, timeout=SECONDS))


def poll(session: requests.Session, started: requests.Response) -> Any:
    """Poll the task's URL until its state is final, print requests and responses, and return the result."""
    started.raise_for_status()
    step(f"   POST {started.request.path_url}")
    step(f"   <- {started.status_code}, Location: {started.headers['Location']}")
    seen = ""
    while True:
        polled = session.get(started.headers["Location"], timeout=SECONDS)
        polled.raise_for_status()
        state = polled.json()["task"]["state"]
        if state != seen:
            step(f"   GET  {polled.request.path_url[:66]}... <- {polled.status_code}, state {state}")
            seen = state
        if state in FINAL:
            break
        time.sleep(0.1)
    if state != "done":
        raise click.ClickException(f"The task ended {state}: {polled.json().get('error')}")
    return polled.json()["result"]


def step(text: str) -> None:
    """Print one step."""
    click.echo(text)


def shown(vector: list[float]) -> str:
    """Return the beginning of a vector as text."""
    return f"[{', '.join(map(str, vector[:3]))}, ...] ({len(vector)} numbers)"
