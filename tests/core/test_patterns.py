"""Patterns: only `*` and `?` are special, and no pattern takes long."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.patterns import MAX_SEARCHED, Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a.wav", "a.wav", True),
        ("a.wav", "abwav", False),
        ("*.wav", "a.wav", True),
        ("*.wav", ".wav", True),
        ("a*a", "a", False),
        ("a*b*c", "abbbcbc", True),
        ("*", "", True),
        ("**", "", True),
        ("?", "", False),
        ("?.wav", "é.wav", True),
        ("?*?", "ab", True),
        ("a[1].wav", "a[1].wav", True),
        ("a[1].wav", "a1.wav", False),
        ("[!a]*", "[!a]b", True),
        ("(.+)", "(.+)", True),
        ("a*c", "a\nb\r\nc", True),
        ("e\u0301*", "\u00e9t\u00e9", True),
        ("A.wav", "a.wav", False),
    ],
)
def test_a_pattern_describes_whole_texts(pattern: str, text: str, expected: bool) -> None:
    """A star stands for any text, a question mark for one character, every other character for itself."""
    assert Pattern(pattern).matches(text) is expected


@given(st.text(alphabet="ab*?", max_size=8), st.text(alphabet="ab", max_size=8))
def test_patterns_agree_with_shell_patterns(pattern: str, text: str) -> None:
    """Without brackets a pattern matches what the standard library's shell patterns match."""
    assert Pattern(pattern).matches(text) == fnmatchcase(text, pattern)


@given(st.text(max_size=20))
def test_a_text_matches_itself(text: str) -> None:
    """A text without `*` and `?` is a pattern for itself."""
    literal = text.replace("*", "").replace("?", "")
    assert Pattern(literal).matches(literal)


def test_a_hostile_pattern_is_matched_in_bounded_time() -> None:
    """Each piece between two stars is searched once; with backtracking this test would not end."""
    assert not Pattern("*a" * 200 + "b").matches("a" * 10_000)


def test_a_piece_with_a_question_mark_is_searched_in_a_bounded_text() -> None:
    """Such a search takes the product of both lengths, so a longer text does not match; at its ends it may (P7)."""
    assert Pattern("*a?c*").matches("abc" + "x" * (MAX_SEARCHED - 3))
    assert not Pattern("*a?c*").matches("abc" + "x" * (MAX_SEARCHED - 2))
    assert Pattern("a?c*a?c").matches("abc" + "x" * MAX_SEARCHED + "abc")
    assert Pattern("*abc*").matches("x" * MAX_SEARCHED + "abc")
