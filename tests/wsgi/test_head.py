"""Reading a request's first line and headers."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.wsgi.head import HEAD_LIMIT, BadHead, Head, read_head

HOST = b"Host: here\r\n"


def read(data: bytes) -> Head | None:
    """Read the head of what a client sends."""
    return read_head(io.BufferedReader(io.BytesIO(data)))


def head(line: bytes = b"GET / HTTP/1.1", headers: bytes = HOST) -> bytes:
    """Write a head."""
    return line + b"\r\n" + headers + b"\r\n"


def accepted(data: bytes) -> Head:
    """Read a head that must be there."""
    found = read(data)
    assert found is not None
    return found


def test_plain_request() -> None:
    """A request's method, path, query and headers are read."""
    found = accepted(head(b"POST /a/b?x=1&y=%20 HTTP/1.1", HOST + b"X-Thing:  one two \r\n"))
    assert (found.method, found.path, found.query) == (b"POST", b"/a/b", b"x=1&y=%20")
    assert found.headers == {b"host": b"here", b"x-thing": b"one two"}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"//path", b"//path"),
        (b"/a%2Fb", b"/a/b"),
        (b"/%zz%41", b"/%zzA"),
        (b"/caf\xc3\xa9", b"/caf\xc3\xa9"),
        (b"http://other:1/p", b"/p"),
        (b"HTTP://other", b"/"),
        (b"http://other?q", b"/"),
    ],
)
def test_path(target: bytes, path: bytes) -> None:
    """Two slashes stay, escapes are resolved (that of the slash too), absolute URIs give their path."""
    assert accepted(head(b"GET %b HTTP/1.1" % target)).path == path


def test_authority_replaces_host() -> None:
    """An absolute URI's authority counts in place of the header Host (RFC 9112 section 3.2.2)."""
    assert accepted(head(b"GET http://other:81/ HTTP/1.1")).headers[b"host"] == b"other:81"


@pytest.mark.parametrize(
    ("version", "headers", "kept"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.1", b"Connection: TE, Close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
        (b"1.9", b"", True),
    ],
)
def test_keep_alive(version: bytes, headers: bytes, kept: bool) -> None:
    """HTTP/1.1 connections stay open unless the client closes them, HTTP/1.0 ones if it says so."""
    assert accepted(head(b"GET / HTTP/" + version, HOST + headers)).keeps_alive is kept


def test_repeated_headers_are_joined() -> None:
    """A repeated header is one list (RFC 9110 section 5.3)."""
    assert accepted(head(headers=HOST + b"Accept: a\r\nACCEPT: b\r\n")).headers[b"accept"] == b"a, b"


def test_underscores_are_dropped() -> None:
    """A header with an underscore is no second spelling of one with a hyphen."""
    assert accepted(head(headers=HOST + b"Content_Length: 5\r\n")).headers == {b"host": b"here"}


def test_empty_line_before_the_request_is_ignored() -> None:
    """One empty line before the request is ignored (RFC 9112 section 2.2)."""
    assert accepted(b"\r\n" + head()).path == b"/"


@pytest.mark.parametrize("data", [b"", b"\r\n"])
def test_end_before_a_request(data: bytes) -> None:
    """A connection that ends between requests is no bad request."""
    assert read(data) is None


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_host_is_optional_in_http_1_0(version: bytes) -> None:
    """HTTP/1.1 demands Host, HTTP/1.0 does not."""
    data = head(b"GET / HTTP/" + version, b"")
    if version == b"1.0":
        assert read(data)
    else:
        with pytest.raises(BadHead, match="The header Host is missing"):
            read(data)


REFUSED = {
    "no version": (head(b"GET /"), "METHOD TARGET HTTP/1.1"),
    "two spaces": (head(b"GET  / HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "space in target": (head(b"GET /a b HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "method is no token": (head(b"G(T / HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "HTTP/2": (head(b"PRI * HTTP/2.0"), "HTTP/2.0 is not spoken"),
    "HTTP/0.9": (head(b"GET / HTTP/0.9"), "HTTP/0.9 is not spoken"),
    "fragment": (head(b"GET /a#b HTTP/1.1"), "request target"),
    "no slash": (head(b"GET a HTTP/1.1"), "request target"),
    "authority form": (head(b"CONNECT here:1 HTTP/1.1"), "request target"),
    "asterisk of a GET": (head(b"GET * HTTP/1.1"), "request target"),
    "foreign scheme": (head(b"GET ftp://here/ HTTP/1.1"), "request target"),
    "nothing but a query": (head(b"GET ?a HTTP/1.1"), "request target"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01", "plain HTTP, not TLS"),
    "bare LF": (b"GET / HTTP/1.1\nHost: here\r\n\r\n", "must end with CRLF"),
    "bare LF after a header": (b"GET / HTTP/1.1\r\nHost: here\n\r\n", "must end with CRLF"),
    "cut": (b"GET / HTTP/1.1\r\nHost: he", "before the empty line"),
    "cut line": (b"GET / HT", "before the empty line"),
    "folded": (head(headers=HOST + b" more\r\n"), "Name: value"),
    "folded first": (head(headers=b" more\r\n" + HOST), "Name: value"),
    "space before the colon": (head(headers=HOST + b"Content-Length : 5\r\n"), "Name: value"),
    "no colon": (head(headers=HOST + b"nothing\r\n"), "Name: value"),
    "no name": (head(headers=HOST + b": x\r\n"), "Name: value"),
    "NUL": (head(headers=HOST + b"A: b\0c\r\n"), "Name: value"),
    "bare CR": (head(headers=HOST + b"A: b\rContent-Length: 3\r\n"), "Name: value"),
    "two Hosts": (head(headers=HOST + HOST), "Host is given twice"),
    "Host with a path": (head(headers=b"Host: here/there\r\n"), "header Host is 'here/there'"),
    "empty Host": (head(headers=b"Host:\r\n"), "header Host is ''"),
    "user in the authority": (head(b"GET http://me@here/ HTTP/1.1"), "header Host is 'me@here'"),
    "two lengths": (
        head(headers=HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n"),
        "Content-Length is given twice",
    ),
    "the same length twice": (head(headers=HOST + b"Content-Length: 5\r\n" * 2), "Content-Length is given twice"),
    "length with a sign": (head(headers=HOST + b"Content-Length: +5\r\n"), "plain digits"),
    "length with an underscore": (head(headers=HOST + b"Content-Length: 1_0\r\n"), "plain digits"),
    "list of lengths": (head(headers=HOST + b"Content-Length: 5, 5\r\n"), "plain digits"),
    "empty length": (head(headers=HOST + b"Content-Length:\r\n"), "plain digits"),
    "length without end": (head(headers=HOST + b"Content-Length: " + b"9" * 5000 + b"\r\n"), "plain digits"),
    "two framings": (
        head(headers=HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        "framed by one of them",
    ),
    "unknown coding": (head(headers=HOST + b"Transfer-Encoding: gzip, chunked\r\n"), "only chunked"),
    "chunked twice": (head(headers=HOST + b"Transfer-Encoding: chunked\r\n" * 2), "only chunked"),
    "chunked in HTTP/1.0": (head(b"POST / HTTP/1.0", HOST + b"Transfer-Encoding: chunked\r\n"), "only in HTTP/1.1"),
    "request line too long": (b"GET /" + b"a" * HEAD_LIMIT, "request line exceeds the limit of 65536 bytes"),
    "header too long": (head(headers=HOST + b"A: " + b"a" * HEAD_LIMIT), "headers exceeds the limit"),
    "too many headers": (head(headers=HOST + b"A: b\r\n" * (HEAD_LIMIT // 6)), "headers exceeds the limit"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(data: bytes, message: str) -> None:
    """What is broken or ambiguous is refused with a sentence that names it."""
    with pytest.raises(BadHead, match=r"\.$") as refusal:
        read(data)
    assert message in str(refusal.value)


def test_a_hostile_header_costs_no_more_than_its_length() -> None:
    """A line of spaces that ends badly is refused at once: a backtracking pattern would take minutes."""
    with pytest.raises(BadHead, match="Name: value"):
        read(head(headers=HOST + b"A:" + b" " * 60_000 + b"\0\r\n"))


@given(st.binary(max_size=200) | st.from_regex(rb"GET [^ ]{0,20} HTTP/1.[01]\r\n([A-Z]?:? ?[0-9]*\r\n)*\r\n"))
def test_never_another_error(data: bytes) -> None:
    """Whatever comes is read or refused, and nothing else happens."""
    with suppress(BadHead):
        read(data)
