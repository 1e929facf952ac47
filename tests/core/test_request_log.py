"""The size of log entries, and comparisons with what they keep."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.core.clock import MAX_INSTANT, to_seconds
from voxdouble_mock.core.request_log import (
    MAX_ENTRY_BYTES,
    MAX_WHOLE_TEXT,
    LoggedRequest,
    bounded,
    encoded_size,
    mismatches,
    shortened,
)

TEXTS = st.text(max_size=30) | st.sampled_from(
    ["x" * 198, "x" * 199, '"' * 99, '"' * 100, "x" * 201, "\x01" * 300, "é" * 5000, "\U0001f600" * 90]
)
MEMBERS = st.dictionaries(TEXTS, TEXTS, max_size=30)


def entry(**members: object) -> LoggedRequest:
    """Return an entry with these members."""
    return LoggedRequest(**{"number": 1, "at": 1.5, "method": "POST", "path": "/api", "status": 202, **members})  # type: ignore[arg-type]


@given(path=TEXTS, name=TEXTS, query=MEMBERS, headers=MEMBERS, misses=st.lists(TEXTS, max_size=60))
def test_every_entry_is_small(
    path: str, name: str, query: dict[str, str], headers: dict[str, str], misses: list[str]
) -> None:
    """The entry of any request has at most 2 KiB, and each dropped element is counted."""
    whole = entry(
        method=path,
        path=path,
        task_id=path,
        rule=name,
        file_name=name,
        query=query,
        headers=headers,
        misses=tuple(misses),
        warnings=tuple(misses),
    )
    kept = bounded(whole)
    assert encoded_size(kept) <= MAX_ENTRY_BYTES
    for member in ("misses", "warnings"):
        assert len(getattr(kept, member)) + kept.dropped.get(member, 0) == len(misses)


@given(st.integers(1, 10**12 - 1), st.integers(0, MAX_INSTANT))
def test_an_entry_does_not_grow_when_it_is_dated(number: int, now: int) -> None:
    """Its size is measured before it has its number and its time."""
    whole = LoggedRequest(method="GET", path="/api", status=200)
    assert encoded_size(whole.numbered(number, to_seconds(now))) <= encoded_size(whole)


@given(TEXTS, TEXTS, MEMBERS)
def test_each_long_text_of_an_entry_is_shortened(path: str, name: str, headers: dict[str, str]) -> None:
    """An entry has its texts as `shortened` keeps them, whether some have to be shortened or none."""
    whole = entry(path=path, file_name=name, headers=headers)
    kept = bounded(whole)
    assert (kept.path, kept.file_name) == (shortened(path), shortened(name))
    expected = {shortened(key): shortened(text) for key, text in headers.items()}
    assert kept.headers.items() <= expected.items()
    assert len(kept.headers) + kept.dropped.get("headers", 0) == len(expected)


@given(TEXTS, TEXTS)
def test_shortened_texts_are_equal_only_if_the_texts_are(one: str, other: str) -> None:
    """A text that is kept whole is itself, and a shortened one has its digest."""
    assert (shortened(one) == shortened(other)) == (one == other)
    assert encoded_size(shortened(one)) <= MAX_WHOLE_TEXT + 2


def test_long_values_are_compared_by_their_digests() -> None:
    """Two values that differ only after the kept start are different, in headers, in queries and elsewhere."""
    long, other = "x" * 5000, "x" * 4999 + "y"
    kept = bounded(entry(path=long, file_name=long, headers={"x-long": long}, query={"q": long}))
    for wanted in ({"path": long}, {"file_name": long}, {"headers": {"X-Long": long}}, {"query": {"q": long}}):
        assert mismatches(kept, wanted) == []
    for wanted in ({"path": other}, {"file_name": other}, {"headers": {"X-Long": other}}, {"query": {"q": other}}):
        assert len(mismatches(kept, wanted)) == 1


@pytest.mark.parametrize("size", [10, 250, 5000])
def test_reasons_misses_and_warnings_of_any_length_are_compared(size: int) -> None:
    """An expectation is met with the whole text and with the text that the log shows, and with no other beginning."""
    text, other = "x" * size, "y" + "x" * (size - 1)
    kept = bounded(entry(reason=text, misses=("no", text), warnings=(text,)))
    for wanted in ({"reason": text}, {"misses": ("no", text)}, {"misses": ["no", text]}, {"warnings": (text,)}):
        assert mismatches(kept, wanted) == []
    for shown in ({"reason": kept.reason}, {"misses": kept.misses}, {"warnings": kept.warnings}):
        assert mismatches(kept, shown) == []
    for wanted in ({"reason": other}, {"misses": ("no", other)}, {"misses": (text,)}, {"warnings": (other,)}):
        assert len(mismatches(kept, wanted)) == 1


def test_names_of_headers_are_compared_in_any_case() -> None:
    """The log has the names in lower case, an expectation in any, for headers of the request and of the response."""
    kept = entry(headers={"x-case": "seven"}, response_headers={"retry-after": "2"}, query={"q": "1"})
    assert mismatches(kept, {"headers": {"X-Case": "seven"}, "response_headers": {"Retry-After": "2"}}) == []
    assert mismatches(kept, {"query": {"Q": "1"}}) == ["query Q is None, not '1'"]


@pytest.mark.parametrize("name", ["path", "misses", "task_id", "status"])
def test_a_mapping_differs_from_every_other_value(name: str) -> None:
    """An expectation of a mapping for a member of another type is not met, and the message shows both."""
    [difference] = mismatches(entry(), {name: {"a": "b"}})
    assert difference == f"{name} is {getattr(entry(), name)!r}, not {{'a': 'b'}}"


def test_file_names_are_compared_in_nfc() -> None:
    """An expectation in the form NFD, as macOS has names, is met."""
    name = unicodedata.normalize("NFC", "Dvořák.wav")
    assert mismatches(entry(file_name=name), {"file_name": unicodedata.normalize("NFD", name)}) == []


def test_a_mismatch_says_what_the_log_does_not_have() -> None:
    """A header that may have been dropped, or that the log never has, is said to be so."""
    kept = bounded(entry(headers={f"x-{number}": "y" * 150 for number in range(30)}))
    assert "headers" in kept.dropped
    [difference] = mismatches(kept, {"headers": {"X-Missing": "1"}})
    assert difference.endswith(f"not '1' (the log dropped {kept.dropped['headers']} of this request's headers)")
    [difference] = mismatches(kept, {"headers": {"Authorization": "Bearer x"}})
    assert difference.endswith("(the log has no secrets)")


def test_the_longest_elements_are_dropped_first() -> None:
    """A short header stays beside very many long parameters, and reasons of mismatches go before both."""
    query = {f"key-{number}": "v" * 150 for number in range(30)}
    kept = bounded(entry(headers={"x-a": "1"}, query=query, misses=("no",) * 3, warnings=("odd",)))
    assert kept.headers == {"x-a": "1"}
    assert (kept.misses, kept.warnings, kept.dropped["misses"]) == ((), ("odd",), 3)
    assert len(kept.query) + kept.dropped["query"] == 30
