"""The refusals of a store whose bounds are reached, the same for all stores (C28)."""

from voxdouble_mock.core.errors import Unavailable


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
