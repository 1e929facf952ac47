"""The privacy of a pack: answers without secrets, URLs, ids and names of files."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from voxdouble import contract_words

URL = re.compile(r"https?://[^\s\"']+")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LEAST_STEM = 4
"""The least length of a file's stem that is removed from texts. A shorter stem may be any word."""


LEAST_BASE64 = 256
"""The shortest text of Base64 characters alone that counts as voice data.

A short word in it, such as a name of a file, is there by chance, and stays. A secret of at least 8 characters is
removed.
"""
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class Cleaner:
    """Removes from JSON data what a pack must not hold: the secrets and the hosts of one capture, URLs, ids and names.

    Words of the contract stay, even if a file or a host has such a name: else a fact would lose its result.
    """

    def __init__(self, secrets: Collection[str] = (), hosts: Collection[str] = ()) -> None:
        self._secrets = contract_words.secrets(secrets)
        self._words = contract_words.words([*secrets, *hosts])

    def clean(self, value: Any, *, task_id: str = "", names: Sequence[str] = ()) -> Any:
        """Return JSON data whose texts have references in place of ids, and no secret, host, URL or name.

        The id of the task becomes <task>, other UUIDs <id-1>, <id-2> and so on in the order of their appearance.
        """
        ids: dict[str, str] = {}
        of_task, of_file = contract_words.words([task_id]), contract_words.words(names)

        def text(found: str) -> str:
            is_voice_data = len(found) >= LEAST_BASE64 and BASE64.fullmatch(found)
            found = self._secrets.sub("<removed>", found)
            if is_voice_data:
                return found
            found = of_task.sub("<task>", self._words.sub("<removed>", found))
            found = URL.sub("<url>", of_file.sub("<file>", found))
            return UUID.sub(lambda one: ids.setdefault(one[0].lower(), f"<id-{len(ids) + 1}>"), found)

        def cleaned(found: Any) -> Any:
            if isinstance(found, Mapping):
                return {text(name): cleaned(inner) for name, inner in found.items()}
            if isinstance(found, list):
                are_numbers = all(isinstance(one, int | float) for one in found)
                return found if are_numbers else [cleaned(one) for one in found]
            return text(found) if isinstance(found, str) else found

        return cleaned(value)


def cleaner_for(url: str, token: str | None) -> Cleaner:
    """Return what removes the token, the URL and the host of an appliance; `localhost` says nothing, and stays."""
    parts = urlsplit(url)
    hosts = {url.rstrip("/"), parts.netloc, parts.netloc.rpartition("@")[2], parts.hostname or ""} - {"localhost"}
    return Cleaner([token or ""], hosts)


def names_of(path: Path) -> list[str]:
    """Return the texts by which an answer could name a file."""
    return [path.name, *([path.stem] if len(path.stem) >= LEAST_STEM else [])]
