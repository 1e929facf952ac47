"""Plain technical English: no file holds a phrase that language.py lists."""

import pytest

from tests.documents import language
from tests.repository import texts

THE_LIST_ITSELF = {"tests/documents/language.py", "tests/documents/test_language.py"}
SPOKEN = {"training/synthesis.py": "Nobody in the village could remember such a cold and windy summer."}
"""Sentences that are synthesised; another wording would change the trained matrices."""
TEXTS = {
    name: text.replace(SPOKEN.get(name, " "), " ") for name, text in texts().items() if name not in THE_LIST_ITSELF
}


def area(name: str) -> str:
    """Return the folder at the top of the tree that holds a file, or a dot for files at the root."""
    return name.split("/", maxsplit=1)[0] if "/" in name else "."


@pytest.mark.parametrize("folder", sorted({area(name) for name in TEXTS}))
def test_texts_use_plain_words(folder: str) -> None:
    """Docstrings, comments, messages, test names and documents use none of the avoided phrases."""
    found = [
        f"{name}, {finding}"
        for name, text in TEXTS.items()
        if area(name) == folder
        for finding in language.avoided(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    """Tell how a task stands."""',
        'def f():\n    """What is staged and seen."""',
        "def test_nobody_is_asked_who_he_is() -> None:",
        "Refuse a Host that is none, a method in small letters",
        "'foo' is no store; memory: is.",
        "range_to lies where it makes no sense.",
        "what is started\n        # brings the namespace",
        "bytes that\nare\n    none",
        "the mock does as always",
        "A fault strikes on the wire",
        "how many looks it took",
    ],
)  # fmt: skip
def test_avoided_phrases_are_found(text: str) -> None:
    """A phrase is found in prose and names, in any case, and across line ends."""
    assert language.avoided(text)


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    """Return a task\'s state."""',
        "There is no store 'foo'.",
        "if timeline is None:",
        "The store is no longer open.",
        "It looks like http://appliance:8000.",
        "def test_no_authentication_is_required() -> None:",
    ],
)
def test_plain_phrases_are_not_found(text: str) -> None:
    """Sentences that only resemble an avoided phrase pass."""
    assert language.avoided(text) == []


def test_findings_name_line_text_and_remedy() -> None:
    """A finding shows the line, the text as it was found and the words to use instead."""
    (finding,) = language.avoided("one line\nand whoever reads it")
    assert str(finding) == "line 2: 'whoever'; instead: 'a caller that ...', 'a client that ...'"
