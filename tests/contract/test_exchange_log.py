"""The log of exchanges: each once, with the statements of the tests that used it."""

import json
from pathlib import Path
from typing import Any

from voxdouble_contract.exchange import Exchange
from voxdouble_contract.reports.exchange_log import ExchangeLog, exchanges_in, read_log
from voxdouble_contract.samples.bad_requests import ALL, Refusals
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.tasks import StartedTask, Tasks
from voxdouble_mock import MockAppliance


def shown(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in a line."""
    return {"number": exchange.number, "url": exchange.url}


def test_an_exchange_is_written_once_and_read_for_each_statement(tmp_path: Path) -> None:
    """Two tests that use one exchange share it; the exchanges of a statement are in the order of the requests."""
    first, second = Exchange("GET", "http://a/1"), Exchange("GET", "http://a/2")
    log = ExchangeLog(tmp_path / "log", shown)
    log.append(["S1"], [second, second])
    log.append(["S1", "S2"], [first])
    log.append(["S2"], [second])
    log.append([], [first])
    log.append(["S3"], [])
    text = (tmp_path / "log").read_text()
    assert text.count('"exchange"') == 2
    found = read_log(tmp_path / "log")
    assert {key: [one["url"] for one in shown] for key, shown in found.items()} == {
        "S1": ["http://a/1", "http://a/2"],
        "S2": ["http://a/1", "http://a/2"],
    }


def test_a_log_that_was_cut_is_read_up_to_its_last_line(tmp_path: Path) -> None:
    """A killed process leaves an incomplete line; a run without exchanges leaves no file."""
    file = tmp_path / "log"
    assert read_log(file) == {}
    ExchangeLog(file, shown).append(["S1"], [Exchange("GET", "http://a/1")])
    with file.open("a") as lines:
        lines.write(json.dumps({"statements": ["S2"], "numbers": [0]})[:-3])
    assert set(read_log(file)) == {"S1"}


def test_exchanges_are_found_in_the_values_of_fixtures() -> None:
    """A fixture may return an exchange, a task, or a container of them."""
    one, other = Exchange("POST", "http://a/1"), Exchange("GET", "http://a/2")
    task = StartedTask(Target("http://a"), EXTRACTION, one, [other])
    found = list(exchanges_in({"a": task, "b": [(one,)], "c": "text", "d": 3, "e": None}))
    assert [exchange.number for exchange in found] == [one.number, other.number, one.number]


def test_requests_that_are_sent_ahead_are_not_those_of_the_test() -> None:
    """A slow target gets all uploads and bad requests together; a test has used those alone that it asked for."""
    with MockAppliance(pending=0, running=0) as mock:
        target = Target(mock.url)
        upload = Tasks(target).upload("speech")
        noted = {exchange.number for exchange in target.take_exchanges()}
        assert noted == {exchange.number for exchange in upload.exchanges}
        name = "unknown channel mode"
        response = Refusals(target).response_to(name, ALL[name])
        assert [exchange.number for exchange in target.take_exchanges()] == [response.number]
        target.close()
