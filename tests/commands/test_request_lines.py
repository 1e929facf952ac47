"""`voxdouble serve --verbose`: a line for each request on stderr."""

import logging
import re

import pytest

from tests.commands.process import serving
from tests.http.wire import CONVERSION, EMBEDDING, convert, get, put
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.request_lines import RequestLines

RULES = "rules: [{name: slow, then: {pending: 5, fault: {kind: delay, seconds: 0}}}]"


def test_each_request_has_a_line() -> None:
    """It has method, path, status, task, rule, fault and seconds; stdout stays empty."""
    with serving("--verbose") as (url, process):
        assert put(f"{url}/_mock/scenario", data=RULES).status_code == 200
        task = convert(url, [EMBEDDING]).json()["task"]["task_id"]
        assert get(f"{url}/api/nothing%0Ahere").status_code == 404
        process.terminate()
        stdout, stderr = process.communicate(timeout=60)
    console, *lines = [re.sub(r"^\S+ \S+ INFO (.*) \d+\.\d{3} s$", r"\1", line) for line in stderr.splitlines()]
    assert stdout == ""
    assert console == f"The console, for a browser: {url}/_mock/"
    assert lines == [
        "PUT /_mock/scenario 200",
        f"POST {CONVERSION} 202 task={task} rule=slow fault=delay",
        r"GET /api/nothing\nhere 404",
    ]


def test_a_quiet_server_logs_no_request(caplog: pytest.LogCaptureFixture) -> None:
    """Without the option there are no lines; with the middleware there is one in process too."""
    caplog.set_level(logging.INFO)
    with MockAppliance() as mock:
        get(mock.url + "/_mock/health")
    assert caplog.messages == []
    with MockAppliance(wrap=lambda app: RequestLines(app, lambda: 1.0)) as mock:
        get(mock.url + "/_ns/a/_mock/health")
    assert caplog.messages == ["GET /_ns/a/_mock/health 200 0.000 s"]
