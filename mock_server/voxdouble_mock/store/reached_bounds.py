"""The refusals of a store whose bounds are reached, the same for all stores (C28)."""

from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.limits import Limits


def bound_reached(what: str, bound: int) -> Unavailable:
    """Return the refusal of a task for which there is no room."""
    return Unavailable(
        f"This mock holds at most {bound} {what}, and live data is never evicted: reset the namespace "
        "(POST /_mock/reset below its base URL), or start the mock with a smaller --task-lifetime."
    )


def too_many_namespaces(bound: int) -> Unavailable:
    """Return the refusal of a namespace for which there is no room."""
    return Unavailable(
        f"This mock holds at most {bound} namespaces: reset one that is no longer "
        "needed (POST /_ns/<name>/_mock/reset; GET /_mock/namespaces lists them), or start the mock with a "
        "smaller --namespace-idle."
    )


def too_much_control_data(bound: int) -> Unavailable:
    """Return the refusal of a scenario or a fault for which there is no room."""
    return Unavailable(
        f"The scenarios and faults of all namespaces may take at most {bound} bytes of memory: remove a scenario "
        "(DELETE /_mock/scenario), disarm faults (DELETE /_mock/faults), or reset a namespace that is no longer "
        "needed (POST /_ns/<name>/_mock/reset; GET /_mock/namespaces lists them)."
    )


def check_room(status: str, limits: Limits) -> None:
    """Raise Unavailable if a step of the Redis store ended with the status of a bound that was reached."""
    if status == "namespaces":
        raise too_many_namespaces(limits.max_namespaces)
    if status == "tasks":
        raise bound_reached("live tasks in a namespace", limits.max_tasks)
    if status == "bytes":
        raise bound_reached("bytes of tasks and results", limits.max_stored)
    if status == "control":
        raise too_much_control_data(limits.max_control)
