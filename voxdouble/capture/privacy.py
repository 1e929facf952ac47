"""The privacy of a pack: answers without secrets, URLs, ids and names of files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

URL = re.compile(r"https?://[^\s\"']+")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LEAST_STEM = 4
"""The shortest name of a file without its ending that is removed from texts; a shorter one may be any word."""


@dataclass(frozen=True)
class Cleaner:
    """Removes from JSON data what a pack must not hold."""

    secrets: Sequence[str]
    """Texts that are removed wherever they are: the token, the URL and its host."""

    def clean(self, value: Any, *, task_id: str = "", names: Sequence[str] = ()) -> Any:
        """Return JSON data whose texts have references in place of ids, and no secret, URL or name.

        The id of the task becomes <task>, other UUIDs <id-1>, <id-2> and so on in the order of their appearance.
        """
        ids: dict[str, str] = {}

        def text(found: str) -> str:
            for secret in self.secrets:
                found = found.replace(secret, "<removed>")
            found = found.replace(task_id, "<task>") if task_id else found
            for name in names:
                found = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<file>", found)
            found = URL.sub("<url>", found)
            return UUID.sub(lambda one: ids.setdefault(one[0].lower(), f"<id-{len(ids) + 1}>"), found)

        def cleaned(found: Any) -> Any:
            if isinstance(found, Mapping):
                return {text(name): cleaned(inner) for name, inner in found.items()}
            if isinstance(found, list):
                return found if found and isinstance(found[0], float) else [cleaned(one) for one in found]
            return text(found) if isinstance(found, str) else found

        return cleaned(value)


def names_of(path: Path) -> list[str]:
    """Return the texts by which an answer could name a file."""
    return [path.name, *([path.stem] if len(path.stem) >= LEAST_STEM else [])]
