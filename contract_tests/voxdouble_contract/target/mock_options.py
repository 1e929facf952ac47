"""The options of a mock's namespace, which no other target has."""

from voxdouble_contract.target.target import Target

PATH = "/_mock/options"


def read_generation(target: Target) -> str:
    """Return the generation that a mock says it has; an empty text for any other target."""
    return str(target.get_object(PATH).get("generation", "")) if target.kind == "mock" else ""


def read_members(target: Target) -> str:
    """Return how a mock shows members that are not used, `absent` or `null`; an empty text for any other target."""
    return str(target.get_object(PATH).get("members", "")) if target.kind == "mock" else ""


def copy_options(target: Target, other: Target) -> bool:
    """Set the options of a mock's namespace to those of another one; return whether it has them."""
    wanted = other.get_object(PATH)
    return bool(wanted) and target.send("PUT", PATH, json=wanted).json == wanted
