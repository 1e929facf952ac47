"""Citations in texts: statements, promises, laws, files, and pages of the vendor's documentation."""

import ast
import io
import re
import tokenize
from functools import cache

STATEMENT = re.compile(r"(?<![\w.+/-])[SC][1-9]\d?(?![\w-])")
PROMISE = re.compile(r"(?<![\w.+/-])P[1-9]\d?(?![\w-])")
FILE = re.compile(r"(?<![\w./{}<*-])(?:\.\./)*[\w.-]+(?:/[\w.-]+)*\.(?:py|md|toml|sh)(?![\w/-])")
MADE_FOR_USERS = frozenset({"differences.toml", "evidence.toml", "record.toml"})
"""Files that commands write, of which the repository has none."""
SOURCE = re.compile(r"\[([A-Z]{3}(?:-[A-Z]{1,3})?)\]")
SECTION = re.compile(r"\bcontract,? (?:section )?\d|\(design[:,]", re.IGNORECASE)
"""A section number of a document that the repository does not hold."""
_LAWS = re.compile(r"\blaws? \d(?:(?:,| and|, and| to) \d)*", re.IGNORECASE)


def laws(text: str) -> set[int]:
    """Return the numbers of the laws that a text cites, as in "law 2", "laws 1 and 4", "laws 1 to 4 and 6"."""
    cited: set[int] = set()
    for match in _LAWS.finditer(text):
        for first, last in re.findall(r"(\d)(?: to (\d))?", match.group()):
            cited.update(range(int(first), int(last or first) + 1))
    return cited


@cache
def prose(name: str, text: str) -> str:
    """Return the docstrings and comments of a Python file, or the whole of another text."""
    if not name.endswith(".py"):
        return text
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
    docstrings = [ast.get_docstring(node) or "" for node in nodes]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join([*docstrings, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def promises(design: str) -> dict[str, str]:
    """Return the last cell of each promise's row in docs/design.md: the files in which it is tested, or why not yet."""
    return {row[1]: row[2] for row in re.finditer(r"^\| (P\d+) \| .* \| (.*) \|$", design, re.MULTILINE)}


def numbered_laws(design: str) -> list[int]:
    """Return the numbers of the laws that docs/design.md defines."""
    section = design.partition("## The life of a task")[2].partition("\n## ")[0]
    return [int(number) for number in re.findall(r"^(\d)\. \*\*", section, re.MULTILINE)]
