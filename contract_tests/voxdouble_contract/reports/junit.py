"""junit.xml: one test case for each statement, each check of the client and each check that crashed."""

from pathlib import Path
from xml.etree import ElementTree

from voxdouble_contract.exchange import printable, printable_lines
from voxdouble_contract.judging.conformance import DIFFERS, FAILED, UNPROVEN, Conformance

FILE = "junit.xml"


def write(conformance: Conformance, folder: Path) -> None:
    """Write junit.xml into a folder."""
    junit(conformance).write(folder / FILE, encoding="utf-8", xml_declaration=True)


def junit(conformance: Conformance) -> "ElementTree.ElementTree[ElementTree.Element]":
    """Return the document; a statement that differs is a failure with `strict`, else skipped."""
    suite = ElementTree.Element("testsuite", name=f"contract of {conformance.target.url}", timestamp=conformance.date)
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
    for crash in conformance.crashes:
        case = ElementTree.SubElement(suite, "testcase", classname="suite", name=printable(crash.test))
        error = ElementTree.SubElement(case, "error", message="This check of the suite crashed.")
        error.text = printable_lines(crash.traceback)
    suite.attrib |= {
        "tests": str(len(cases) + len(conformance.crashes)),
        "failures": str(failures),
        "skipped": str(skipped),
        "errors": str(len(conformance.crashes)),
    }
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return ElementTree.ElementTree(root)
