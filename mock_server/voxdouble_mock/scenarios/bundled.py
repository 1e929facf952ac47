"""Loading of scenarios: the bundled ones by name, other ones by the path of their file."""

from importlib.resources import files
from pathlib import Path

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.options import unknown_name
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario

FILE_ENDINGS = (".yaml", ".yml", ".json")
MAX_BYTES = 1 << 20
BUNDLED = {
    entry.name.removesuffix(".yaml"): entry.read_text("utf-8")
    for entry in sorted((files("voxdouble_fixtures") / "scenarios").iterdir(), key=lambda entry: entry.name)
    if entry.name.endswith(".yaml")
}
"""The texts of the bundled scenarios by name. They are read at the import, since a test can replace the file system."""


def load_bundled(name: str) -> Scenario:
    """Return the bundled scenario of that name. Raises ScenarioError, which lists the names."""
    if name not in BUNDLED:
        raise ScenarioError(unknown_name("scenario", name, BUNDLED))
    return parse_scenario(BUNDLED[name], name)


def load_scenario(source: str | Path) -> Scenario:
    """Return a bundled scenario by its name, or the scenario in a file by its path. Raises ScenarioError."""
    if isinstance(source, str) and source in BUNDLED:
        return load_bundled(source)
    path = Path(source)
    if not path.name.endswith(FILE_ENDINGS) and not path.is_file():
        unknown = unknown_name("scenario", source, BUNDLED)
        raise ScenarioError(f"{unknown} There is no file with this path either.")
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ScenarioError(f"The scenario {path} must have at most {MAX_BYTES} bytes, and has {size}.")
        return parse_scenario(path.read_text("utf-8"), path.name, path.parent)
    except ScenarioError:
        raise
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path with a NUL
        raise ScenarioError(f"The scenario {path} cannot be read: {error}.") from error
