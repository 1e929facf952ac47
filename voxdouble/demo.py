"""The main job, once, on a mock of its own, with every request shown: what the vendor's guide does, step by step.

It speaks plain HTTP, as a newcomer would, so that what it prints can be typed after it.
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
        session.trust_env = False  # a proxy has no business between this process and itself
        step(f"A mock appliance answers at {mock.url}; a real one would at http://<its address>:8000.")
        step(f"1. Send a recording ({RECORDING}) and ask for its vector too.")
        channel = extract(session, mock.url)["channels"][0]
        step(f"   voiceprint        {channel['voiceprint'][:48]}... ({len(channel['voiceprint'])} characters)")
        step(f"   vector_voiceprint {shown(channel['vector_voiceprint'])}")
        step(f"   speech_length     {channel['speech_length']} s, model {channel['model']}")
        step("2. Convert the voiceprint, as one would with voiceprints from earlier days.")
        vector = convert(session, mock.url, channel["voiceprint"])["vector_voiceprints"][0]
        step(f"   vector_voiceprint {shown(vector)}")
        if vector != channel["vector_voiceprint"]:
            raise click.ClickException("The two vectors differ, and they must not.")
        step("3. Both vectors are equal, number by number: that is all a vector database needs.")


def extract(session: requests.Session, url: str) -> Any:
    """Run voiceprint extraction on the recording and give its result."""
    with voxdouble_fixtures.path(RECORDING).open("rb") as file:
        started = session.post(
            url + EXTRACTION, files={"file": file}, params={"include_vector_voiceprint": True}, timeout=SECONDS
        )
    return watched(session, started)


def convert(session: requests.Session, url: str, voiceprint: str) -> Any:
    """Run voiceprint conversion on one voiceprint and give its result."""
    return watched(session, session.post(url + CONVERSION, json={"voiceprints": [voiceprint]}, timeout=SECONDS))


def watched(session: requests.Session, started: requests.Response) -> Any:
    """Poll the task's URL until its state is final, and show what is asked and answered."""
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
    """Show the beginning of a vector."""
    return f"[{', '.join(map(str, vector[:3]))}, ...] ({len(vector)} numbers)"
