"""The check of given results: each must fit the schema of its technology in the generation of its namespace."""

from functools import cache
from typing import Any

from voxdouble_fixtures.generations import GENERATIONS, TECHNOLOGY_PATH, derive, serves
from voxdouble_fixtures.merge_patch import merge_patch
from voxdouble_fixtures.other_technologies import other_technologies
from voxdouble_mock.core.errors import Detail, ValidationFailed
from voxdouble_mock.core.scenario import Scenario
from voxdouble_mock.scenarios.contract_files import read_yaml

MAX_SHOWN = 300


def check_results(scenario: Scenario | None, generation: str) -> None:
    """Raise ValidationFailed if a result of a scenario does not fit a generation, with a detail for the first one."""
    found = first_unfit(scenario, generation)
    if found is not None:
        raise ValidationFailed([Detail(("body",), found[1], "result")])


def first_unfit(scenario: Scenario | None, generation: str) -> tuple[int, str] | None:
    """Return the index of the first rule whose result does not fit a generation, and the message; None if all fit."""
    for index, rule in enumerate(scenario.rules if scenario else ()):
        if rule.then.result is None or rule.when.technology is None:
            continue
        problem = _problem(rule.when.technology, rule.then.result, generation)
        if problem:
            name = f" ({rule.name})" if rule.name else ""
            return index, f"rules[{index}].then.result{name}{problem}"
    return None


def _problem(technology: str, result: dict[str, Any], generation: str) -> str:
    """Return the place and the reason if a result does not fit; else an empty text."""
    if not serves(generation, technology):
        serving = ", ".join(one for one in GENERATIONS if serves(one, technology))
        return f": generation {generation} does not serve {technology}, which is served in {serving}."
    error = next(iter(_validator(technology, generation).iter_errors(result)), None)
    if error is None:
        return ""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    return f"{steps} must fit generation {generation} of the interface: {error.message[:MAX_SHOWN]}."


@cache
def _validator(technology: str, generation: str) -> Any:
    """Return the validator of the results of a technology."""
    import jsonschema_rs  # noqa: PLC0415 (late, as YAML: only a scenario with results needs them)

    if technology in other_technologies():
        return jsonschema_rs.Draft202012Validator(dict(other_technologies()[technology].schema))
    document = derive(read_yaml("openapi-e4.yaml"), generation)
    answer = document["paths"][f"{TECHNOLOGY_PATH}{technology}/{{task_id}}"]["get"]["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    reference = document["components"]["schemas"][name]["properties"]["result"]["oneOf"][0]["$ref"]
    judged = merge_patch(document, read_yaml("judging.yaml"))
    return jsonschema_rs.Draft202012Validator({"$id": "urn:document", **judged, "$ref": reference})
