"""The drift between reports of `verify`, and the page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.commands.process import invoke
from voxdouble.drift.drift import Drift, Side, Times
from voxdouble.drift.page import page
from voxdouble.drift.plot import MAX_POINTS, plot
from voxdouble.drift.text import is_steady, medians
from voxdouble_contract.judging.conformance import ClientCheck, Conformance, judge
from voxdouble_contract.judging.findings import Finding
from voxdouble_contract.judging.observed_tasks import ObservedTask, StatePeriod
from voxdouble_contract.judging.target_info import TargetInfo
from voxdouble_contract.reports.folder import write_reports

TASK = ObservedTask(
    "age-estimation", "1", "speech", (StatePeriod("pending", 0.0, 0.4, 2), StatePeriod("done", 0.5, 0.5, 1))
)
OLD = Conformance(
    TargetInfo("http://a", "appliance", "5.1", ("e3",)),
    False,
    judge([Finding("S1", "passed", "t"), Finding("S20", "passed", "t"), Finding("C1", "unproven", "t", "no time")]),
    client=[ClientCheck("extract", "passed")],
    tasks=(TASK,),
)
NEW = replace(
    OLD,
    target=TargetInfo("http://a", "appliance", "5.2", ("e4",)),
    statements=judge(
        [Finding("S1", "passed", "t"), Finding("S20", "broken", "t", "Got 410."), Finding("C1", "passed", "t")]
    ),
    client=[ClientCheck("extract", "failed")],
    tasks=(replace(TASK, periods=(TASK.periods[0], StatePeriod("done", 0.9, 0.9, 1))),),
)
SIDE = Side("<name>", "appliance", "5", "e4", "2026-11-28")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return a folder with both reports."""
    write_reports(OLD, tmp_path / "old")
    write_reports(NEW, tmp_path / "new")
    return tmp_path


def test_verdicts_and_target_are_compared(reports: Path) -> None:
    """Changed verdicts, with the reason, the target and the checks of the client are listed; the rest is not."""
    result = invoke("drift", str(reports / "old"), str(reports / "new" / "conformance.json"))
    assert result.exit_code == 1, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "appliance: version: 5.1 -> 5.2" in lines
    assert "appliance: generation: e3 -> e4" in lines
    assert "S20: verdict: passed -> failed (Got 410.)" in lines
    assert "C1: verdict: unproven (no time) -> passed" in lines
    assert "extract: verdict of the client's check: passed -> failed" in lines
    assert not any(line.startswith("S1:") for line in lines)
    assert "age-estimation done: 0.5 (1 task) -> 0.9 (1 task), factor 1.8" in lines


def test_equal_reports_have_no_change(reports: Path) -> None:
    """The exit status is 0, and the text says so."""
    result = invoke("drift", str(reports / "old"), str(reports / "old"))
    assert result.exit_code == 0
    assert "No change." in result.stdout
    assert "1 median of the seconds to a state changed by less than a quarter." in result.stdout
    assert "factor" not in result.stdout


@pytest.mark.parametrize("later", [True, False])
@pytest.mark.parametrize("target", [TargetInfo("http://a", "unknown"), TargetInfo("mock", "mock")])
def test_a_target_that_was_not_identified_has_not_changed(tmp_path: Path, target: TargetInfo, later: bool) -> None:
    """A run that ended before its target told its kind shows no change of kind, version or generation, and says so."""
    runs = [replace(OLD, target=target), OLD]
    write_reports(runs[not later], tmp_path / "new")
    write_reports(runs[later], tmp_path / "old")
    result = invoke("drift", str(tmp_path / "old"), str(tmp_path / "new"))
    assert (result.exit_code, "No change." in result.stdout) == (0, True), result.stdout
    line = result.stdout.splitlines()[later]
    assert f"{'new' if later else 'old'} (not identified: kind, version and generation are not compared; " in line


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (("e1", "e2"), ("e2",), False),
        (("e1", "e2", "e3", "e4"), ("e1", "e2"), False),
        (("e1", "e2"), ("e3",), True),
    ],
)
def test_a_generation_that_may_be_the_same_has_not_changed(
    tmp_path: Path, old: tuple[str, ...], new: tuple[str, ...], changed: bool
) -> None:
    """A generation that was not found out exactly has changed only if the other one is not among the possible ones."""
    for name, generations in (("old", old), ("new", new)):
        write_reports(replace(OLD, target=replace(OLD.target, generations=generations)), tmp_path / name)
    result = invoke("drift", str(tmp_path / "old"), str(tmp_path / "new"))
    assert ("appliance: generation: " in result.stdout) is changed, result.stdout


@pytest.mark.parametrize(("old", "new"), [(0.0, 0.5), (0.5, 0.0), (0.0, 0.0), (0.5, 0.0001)])
def test_a_median_of_0_has_no_factor(old: float, new: float) -> None:
    """Beside a median of 0 both medians are shown without a factor, which would be 0 or infinite."""
    times = Times("t", "done", [old], [new])
    assert times.factor is None
    assert medians(times) == f"{old:g} (1 task) -> {times.medians[1]:g} (1 task)"


def test_reports_of_different_kinds_are_refused(tmp_path: Path) -> None:
    """A report of the suite and one of `--against` have few statements in common, so they are not compared."""
    write_reports(OLD, tmp_path / "old")
    write_reports(replace(OLD, target=replace(OLD.target, pack="example")), tmp_path / "new")
    result = invoke("drift", str(tmp_path / "old"), str(tmp_path / "new"))
    assert result.exit_code == 2
    assert "Both reports must be with `--against` or both without it" in result.output


def test_grades_texts_and_statements_are_compared(reports: Path) -> None:
    """A statement that only one contract has, another grade and another text are changes."""
    file = reports / "new" / "conformance.json"
    data = json.loads(file.read_text())
    data["statements"]["S1"]["grade"] = "observed"
    data["statements"]["S2"]["text"] = "Other words."
    del data["statements"]["S3"]
    file.write_text(json.dumps(data))
    lines = invoke("drift", str(reports / "old"), str(reports / "new")).stdout
    assert "S1: grade: documented -> observed" in lines
    assert "S2: text: " in lines
    assert "S3: verdict: unproven -> missing" in lines


def test_json_has_the_changes_and_the_times(reports: Path) -> None:
    """Stdout is JSON alone: both sides, each change, and for each state the times and medians."""
    found = json.loads(invoke("drift", str(reports / "old"), str(reports / "new"), "--json").stdout)
    assert (found["subject"], found["old"]["version"], found["new"]["name"]) == ("reports", "5.1", "new")
    assert {"about": "S20", "change": "verdict", "old": "passed", "new": "failed (Got 410.)", "facts": 0} in found[
        "changes"
    ]
    (times,) = found["times"]
    assert (times["state"], times["old"], times["new_median"]) == ("done", [0.5], 0.9)


@pytest.mark.parametrize(
    ("old", "new", "steady"),
    [
        ([1.0], [1.2], True),
        ([1.0], [1.25], False),
        ([1.0], [0.75], False),
        ([0.0], [0.0], True),
        ([0.0], [0.1], False),
        ([], [1.0], False),
    ],
)
def test_a_time_is_steady_within_a_quarter(old: list[float], new: list[float], steady: bool) -> None:
    """A median of both sides is steady if it changed by less than a quarter."""
    assert is_steady(Times("t", "done", old, new)) is steady


@pytest.mark.parametrize("text", ["[" * 200_000, "{}", '{"target": 1}', "\xff"])
def test_a_damaged_report_is_refused(reports: Path, text: str) -> None:
    """The message names the file, and the command ends with 2."""
    (reports / "new" / "conformance.json").write_text(text)
    result = invoke("drift", str(reports / "old"), str(reports / "new"))
    assert result.exit_code == 2
    assert "conformance.json must be a report" in result.stderr


class Page(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_no_network_and_no_script(reports: Path) -> None:
    """The page has a plot, loads nothing, and its policy forbids scripts and requests."""
    target = reports / "page.html"
    invoke("drift", str(reports / "old"), str(reports / "new"), "--html", str(target))
    text = target.read_text()
    tags = Page(text).tags
    assert {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "a"} == set()
    assert not any({"src", "href", "onload", "style"} & set(attributes) for _, attributes in tags)
    assert not any(word in text for word in ("url(", "@import"))
    assert any("default-src 'none'" in str(attributes.get("content")) for _, attributes in tags)
    assert [tag for tag, _ in tags].count("svg") == 1
    assert text.count("<circle") == 2


def test_an_html_file_that_cannot_be_written_is_an_error(reports: Path) -> None:
    """The message names the file."""
    result = invoke("drift", str(reports / "old"), str(reports / "old"), "--html", str(reports / "no" / "page.html"))
    assert result.exit_code == 1
    assert "page.html cannot be written" in result.stderr


def test_the_page_escapes_names_from_outside() -> None:
    """A name from a report or pack is text."""
    drift = Drift("packs", SIDE, replace(SIDE, version="<script>"), [], [Times("<b>", '"x"', [1.0], [])])
    text = page(drift)
    assert "<script>" not in text
    assert "<b>" not in text
    assert ElementTree.fromstring(svg_in(text)) is not None


def svg_in(text: str) -> str:
    """Return the drawing in a page."""
    found = re.search(r"<svg.*</svg>", text, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize("seconds", [[], [0.0], [0.001], [3600.0, 0.1], [1e6] * 3])
def test_points_are_on_the_axis(seconds: Any) -> None:
    """Each circle and each line of a median lies between the ends of the axis, whatever the times are."""
    root = ElementTree.fromstring(plot([Times("t", "done", seconds, [1.0])]))
    places = [float(circle.attrib["cx"]) for circle in root.iter("circle")]
    lines = [float(text.attrib["x"]) for text in root.iter("text") if text.attrib.get("text-anchor")]
    assert len(places) == len(seconds) + 1
    assert all(min(lines) <= place <= max(lines) for place in places)
    assert 2 <= len(lines) <= 10


def test_a_plot_is_bounded() -> None:
    """Of thousands of tasks some hundred are drawn, the quickest and slow ones among them."""
    text = plot([Times("t", "done", [number / 1000 for number in range(5000)], [])])
    assert text.count("<circle") <= MAX_POINTS
