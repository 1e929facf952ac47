"""`run`: tasks of any technology."""

import json
from typing import Any

import pytest

from tests.client.hostile import TASK_ID, accepted, responding, response, serving, task_body
from voxdouble_client import ApplianceClient


def test_run_sends_files_config_and_parameters() -> None:
    """`run` works for a technology without a method of its own, and returns the whole answer."""
    path = f"/api/technology/keyword-spotting/{TASK_ID}"
    with serving(responding(response(200, task_body("done", result={"spotted": 3})), accepted(path))) as (
        server,
        appliance,
    ):
        answer = appliance.run(
            "keyword-spotting", files={"file": b"RIFF"}, config={"keywords": ["ahoj"]}, params={"strict": True, "n": 2}
        )
    assert answer.result == {"spotted": 3}
    request = server.received[0]
    assert request.target == "/api/technology/keyword-spotting?strict=true&n=2"
    assert b'name="config"\r\n\r\n{"keywords":["ahoj"]}\r\n' in request.body
    assert b'name="file"; filename="audio"\r\n\r\nRIFF\r\n' in request.body


def test_run_sends_json() -> None:
    """`run` sends voiceprints as JSON, to a technology whose name has two parts as well."""
    path = f"/api/technology/experimental/comparison/{TASK_ID}"
    with serving(responding(response(200, task_body("done", result={})), accepted(path))) as (server, appliance):
        appliance.run("experimental/comparison", json={"voiceprints_a": ["e2kD"]})
    assert server.received[0].headers["content-type"] == "application/json"
    assert json.loads(server.received[0].body) == {"voiceprints_a": ["e2kD"]}


@pytest.mark.parametrize("body", [{}, {"files": {"file": b""}, "json": {}}, {"json": {}, "config": {}}])
def test_run_refuses_files_with_json(body: dict[str, Any]) -> None:
    """A start has one body: either a form of files, with config, or JSON."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="either with `files` or with `json`"),
    ):
        appliance.run("gender-identification", **body)


@pytest.mark.parametrize("technology", ["", "Gender", "a/../b", "/a", "a/", "a b", "a?b", "a#b", "ž"])
def test_a_malformed_technology_is_refused(technology: str) -> None:
    """A technology must have the form of a name, so that no other path can be reached by it."""
    with (
        ApplianceClient("http://127.0.0.1:1") as appliance,
        pytest.raises(ValueError, match="name of a technology must look like"),
    ):
        appliance.run(technology, json={})
