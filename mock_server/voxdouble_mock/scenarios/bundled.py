"""Where scenarios come from: the bundled ones by name, a user's own by path."""

from importlib.resources import files
from pathlib import Path

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario

FILE_ENDINGS = (".yaml", ".yml", ".json")
MAX_BYTES = 1 << 20


def bundled_names() -> list[str]:
    """Name the scenarios that come with the package."""
    folder = files("voxdouble_fixtures") / "scenarios"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_bundled(name: str) -> Scenario:
    """Load a scenario that comes with the package, by one of its names."""
    return parse_scenario((files("voxdouble_fixtures") / "scenarios" / f"{name}.yaml").read_text("utf-8"), name)


def load_scenario(source: str | Path) -> Scenario:
    """Load a bundled scenario by its name, or a file by its path; ScenarioError says what is wrong and where."""
    if isinstance(source, str) and source in bundled_names():
        return load_bundled(source)
    path = Path(source)
    if not path.name.endswith(FILE_ENDINGS) and not path.is_file():
        names = ", ".join(bundled_names())
        raise ScenarioError(f"There is no scenario {str(source)!r}: give a .yaml or .json file, or one of {names}.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ScenarioError(f"{path} has more than {MAX_BYTES} bytes.")
        return parse_scenario(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error}.") from error
