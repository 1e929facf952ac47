"""The ids of new tasks."""

import hashlib
import uuid


def new_task_id(seed: int | None, namespace: str, submissions: int) -> str:
    """Return a random UUID, or with a seed one derived from seed, namespace and earlier submissions (C24, P13)."""
    if seed is None:
        return str(uuid.uuid4())
    digest = hashlib.sha256(f"{seed}/{namespace}/{submissions}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
