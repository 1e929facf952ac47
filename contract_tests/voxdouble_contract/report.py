"""The reports of one run: conformance.json, junit.xml, report.html, and a summary for a terminal."""

import json
from pathlib import Path
from xml.etree import ElementTree

from voxdouble_contract.conformance import DATA, DIFFERS, FAILED, UNPROVEN, VERDICTS, Conformance
from voxdouble_contract.page import page

SHOWN = (FAILED, DIFFERS)


def write_reports(conformance: Conformance, folder: Path) -> None:
    """Write all reports into a folder, which is made if need be; what else lies in it stays."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(conformance.as_json(), indent=2, ensure_ascii=False)
    # A target may send half of a surrogate pair; in JSON its escape is that character again.
    (folder / DATA).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    (folder / "report.html").write_text(page(conformance), encoding="utf-8", errors="backslashreplace")
    junit(conformance).write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)


def junit(conformance: Conformance) -> "ElementTree.ElementTree[ElementTree.Element]":
    """Write one case for each statement and each of the client's checks; what differs fails where that is strict."""
    suite = ElementTree.Element("testsuite", name=f"contract of {conformance.facts.url}", timestamp=conformance.date)
    cases = [(f"{key} {entry['text']}", "contract", entry) for key, entry in conformance.statements.items()]
    cases += [(check.name, "client", vars(check)) for check in conformance.client]
    failures = skipped = 0
    for name, group, entry in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=group, name=name)
        if entry["verdict"] == FAILED or (entry["verdict"] == DIFFERS and conformance.strict):
            ElementTree.SubElement(case, "failure", message=entry["reason"])
            failures += 1
        elif entry["verdict"] in {DIFFERS, UNPROVEN}:
            ElementTree.SubElement(case, "skipped", message=f"{entry['verdict']}: {entry['reason']}")
            skipped += 1
    suite.attrib |= {"tests": str(len(cases)), "failures": str(failures), "skipped": str(skipped), "errors": "0"}
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return ElementTree.ElementTree(root)


def summary(conformance: Conformance) -> str:
    """Sum a run up for a person at a terminal."""
    facts = conformance.facts
    counts = ", ".join(f"{conformance.counts[verdict]} {verdict}" for verdict in VERDICTS)
    who = f"{facts.version or 'version unknown'}, generation {'/'.join(facts.generations) or 'unknown'}"
    lines = [f"Contract of the {facts.kind} at {facts.url} ({who})"]
    lines.append(f"{len(conformance.statements)} statements: {counts}.")
    for key, entry in conformance.statements.items():
        if entry["verdict"] in SHOWN:
            lines.append(f"  {entry['verdict']}: {key} ({entry['grade']}) {entry['text']}\n    {entry['reason']}")
    lines += [f"  client: {check.name}: {check.verdict}. {check.reason}".rstrip() for check in conformance.client]
    return "\n".join(lines)
