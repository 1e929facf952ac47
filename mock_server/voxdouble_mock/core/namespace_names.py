"""The names of namespaces: the rule, and a valid name made of any text."""

import hashlib
import re

PATTERN = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,64}"
"""The regular expression of a name. It excludes . and .., which clients remove from the path of a URL."""
RULE = "1 to 64 characters of A-Z, a-z, 0-9, dot, underscore and hyphen, other than . and .."
_KEPT = 47
_DIGEST = 16


def check_name(name: str) -> str:
    """Return the name of a namespace unchanged; raise ValueError if it is invalid."""
    if not re.fullmatch(PATTERN, name):
        raise ValueError(
            f"The name of a namespace must be {RULE}, got {name[:100]!r}. "
            "`voxdouble_mock.namespace_name(text)` makes a valid name of any text."
        )
    return name


def namespace_name(text: str) -> str:
    """Return a valid name of a namespace for any text: the text itself if it is valid.

    Otherwise the name is the end of the text, with hyphens in place of all signs, and the digest of the whole text.
    """
    if re.fullmatch(PATTERN, text):
        return text
    readable = re.sub(r"[^A-Za-z0-9]+", "-", text)[-_KEPT:].strip("-")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{readable}-{digest}" if readable else digest
