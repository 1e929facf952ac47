"""Loading of scenarios: the bundled ones by name, other ones by the path of their file."""

from importlib.resources import files
from pathlib import Path

from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.scenarios.text import ScenarioError, parse_scenario

FILE_ENDINGS = (".yaml", ".yml", ".json")
MAX_BYTES = 1 << 20


def bundled_names() -> list[str]:
    """Return the names of the scenarios that are part of the package."""
    folder = files("voxdouble_fixtures") / "scenarios"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_bundled(name: str) -> Scenario:
    """Return the bundled scenario of that name."""
    return parse_scenario((files("voxdouble_fixtures") / "scenarios" / f"{name}.yaml").read_text("utf-8"), name)


def load_scenario(source: str | Path) -> Scenario:
    """Return a bundled scenario by its name, or the scenario in a file by its path. Raises ScenarioError."""
    if isinstance(source, str) and source in bundled_names():
        return load_bundled(source)
    path = Path(source)
    if not path.name.endswith(FILE_ENDINGS) and not path.is_file():
        allowed = f"a {', '.join(FILE_ENDINGS)} file or one of {', '.join(bundled_names())}"
        raise ScenarioError(f"A scenario must be {allowed}, got {str(source)!r}.")
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ScenarioError(f"The scenario {path} must have at most {MAX_BYTES} bytes, and has {size}.")
        return parse_scenario(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error}.") from error
