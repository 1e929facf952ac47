"""The tree and the layers in docs/design.md are those of the repository and of import-linter."""

import re
import tomllib

import pytest

from tests.repository import ROOT, tracked

SHIPPED = ("voxdouble", "mock_server", "client", "contract_tests", "fixtures/voxdouble_fixtures")
FILES = [path.relative_to(ROOT) for path in tracked()]
TREE = "<!-- not run: the tree, which tests compare with the repository -->"
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def layers_of(container: str) -> list[list[str]]:
    """Return the layers of a package in pyproject.toml, each as its modules."""
    [layers] = [one["layers"] for one in CONTRACTS if one.get("containers") == [container]]
    return [re.findall(r"\w+", layer) for layer in layers]


def drawn(page: str) -> dict[str, set[str]]:
    """Return the modules of each folder that a page draws between the marks of the tree.

    A line that begins with a name and a slash is a folder, followed by its purpose; the other lines list the modules of
    the folder above them. Two spaces more are one level deeper.
    """
    block = page.partition(TREE)[2].partition("<!-- end of tree -->")[0]
    modules: dict[str, set[str]] = {}
    above: list[tuple[int, str]] = []
    for line in block.splitlines():
        indent = len(line) - len(line.lstrip())
        folder = re.match(r" +([\w./-]+)/(?: |$)", line)
        if folder:
            above = [(depth, path) for depth, path in above if depth < indent]
            path = f"{above[-1][1]}/{folder[1]}" if above else folder[1]
            above.append((indent, path))
            modules[path] = set()
        elif line.strip():
            modules[above[-1][1]].update(re.findall(r"\w+", line))
    return modules


def test_all_folders_are_drawn() -> None:
    """The drawn folders are the folders under version control."""
    folders = {parent.as_posix() for file in FILES for parent in file.parents} - {"."}
    assert set(drawn(PAGE)) == folders


@pytest.mark.parametrize("folder", [folder for folder in drawn(PAGE) if folder.startswith(SHIPPED)])
def test_all_shipped_modules_are_drawn(folder: str) -> None:
    """The modules drawn below a shipped folder are its modules."""
    modules = {file.stem for file in FILES if file.parent.as_posix() == folder and file.suffix == ".py"}
    assert drawn(PAGE)[folder] == modules - {"__init__"}


def test_all_layers_are_listed() -> None:
    """The rows of the table of layers are the layers of the mock in pyproject.toml, in order."""
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.partition("## Layers")[2].partition("\n## ")[0], re.MULTILINE)
    assert [re.findall(r"\w+", row) for row in rows] == layers_of("voxdouble_mock")


@pytest.mark.parametrize(
    ("words", "contract"),
    [
        ("real clock, random numbers", "Below the entry points no layer reads the real clock or makes random numbers"),
        ("threads", "Core, voice and technologies use no clocks, threads or random numbers"),
        ("HTTP, network, YAML", "Core, voice and technologies know no HTTP, network or YAML"),
    ],
)
def test_the_further_bans_are_those_of_the_layers(words: str, contract: str) -> None:
    """The last column of the table of layers names the further bans of pyproject.toml, for the same layers."""
    rows = re.findall(r"^\| (`.*?) \| .* \| (.*) \|$", PAGE.partition("## Layers")[2], re.MULTILINE)
    banned = {
        name
        for row, bans in rows
        if words in bans
        for name in set(re.findall(r"\w+", row)) - set(re.findall(r"`(\w+)` has no further ban", bans))
    }
    [sources] = [one["source_modules"] for one in CONTRACTS if one["name"] == contract]
    assert {f"voxdouble_mock.{name}" for name in banned} == set(sources)


DRAWN = re.findall(
    r"^ {4,6}(cli|_http|_technologies|_journal|voxdouble_client|voxdouble_contract|voxdouble_fixtures) +(\w+.* / .*)$",
    PAGE.partition("## Layers")[2].partition("\n## ")[0],
    re.MULTILINE,
)


@pytest.mark.parametrize(("package", "row"), DRAWN)
def test_the_drawn_layers_are_those_of_the_packages(package: str, row: str) -> None:
    """The drawn rows of the client, the contract suite and the fixtures are their layers in pyproject.toml."""
    drawn_layers = [re.findall(r"\w+", layer) for layer in row.split(" / ")]
    if package == "_technologies":  # its first row is "one module for each technology"
        drawn_layers = drawn_layers[1:]
    container = package if package.startswith("voxdouble_") else f"voxdouble_client.{package}"
    assert drawn_layers == layers_of(container)[-len(drawn_layers) :]


def test_the_layers_of_seven_packages_are_drawn() -> None:
    """The drawing has the client and its four folders, the contract suite and the fixtures."""
    assert len(DRAWN) == 7


def test_a_drawing_is_read_by_its_indentation() -> None:
    """Folders, subfolders and wrapped lists of modules are recognised."""
    tree = "\n    a/      purpose\n      one, two,\n      three\n      b/    purpose\n        four\n    c/\n"
    assert drawn(f"{TREE}\n{tree}<!-- end of tree -->") == {
        "a": {"one", "two", "three"},
        "a/b": {"four"},
        "c": set(),
    }
