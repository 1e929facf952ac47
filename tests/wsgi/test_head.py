"""Parsing of a request's first line and headers."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.wsgi.head import BadHead, Head, read_head
from voxdouble_mock.wsgi.streams import HEAD_LIMIT

HOST = b"Host: here\r\n"


def read(data: bytes) -> Head | None:
    """Return the parsed head of these bytes."""
    return read_head(io.BufferedReader(io.BytesIO(data)))


def head(line: bytes = b"GET / HTTP/1.1", headers: bytes = HOST) -> bytes:
    """Return the bytes of a head."""
    return line + b"\r\n" + headers + b"\r\n"


def accepted(data: bytes) -> Head:
    """Return the parsed head of bytes that hold one."""
    found = read(data)
    assert found is not None
    return found


def test_a_plain_request_is_parsed() -> None:
    """Method, path, query and headers are parsed."""
    found = accepted(head(b"POST /a/b?x=1&y=%20 HTTP/1.1", HOST + b"X-Thing:  one two \r\n"))
    assert found.method == b"POST"
    assert found.path == b"/a/b"
    assert found.query == b"x=1&y=%20"
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
def test_paths_are_decoded(target: bytes, path: bytes) -> None:
    """Two slashes stay, escapes are decoded (also that of a slash), and an absolute URI is reduced to its path."""
    assert accepted(head(b"GET %b HTTP/1.1" % target)).path == path


def test_an_authority_replaces_the_host() -> None:
    """The authority of an absolute URI replaces the header Host (RFC 9112 section 3.2.2)."""
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
def test_connections_are_kept_alive_by_version_and_header(version: bytes, headers: bytes, kept: bool) -> None:
    """HTTP/1.1 connections stay open without `Connection: close`, HTTP/1.0 ones with `Connection: keep-alive`."""
    assert accepted(head(b"GET / HTTP/" + version, HOST + headers)).keeps_alive is kept


def test_repeated_headers_are_joined() -> None:
    """The values of a repeated header are one list (RFC 9110 section 5.3)."""
    assert accepted(head(headers=HOST + b"Accept: a\r\nACCEPT: b\r\n")).headers[b"accept"] == b"a, b"


def test_headers_with_underscores_are_dropped() -> None:
    """A header with an underscore is not treated as the one with a hyphen."""
    assert accepted(head(headers=HOST + b"Content_Length: 5\r\n")).headers == {b"host": b"here"}


def test_empty_line_before_the_request_is_ignored() -> None:
    """One empty line before the request is ignored (RFC 9112 section 2.2)."""
    assert accepted(b"\r\n" + head()).path == b"/"


@pytest.mark.parametrize("data", [b"", b"\r\n"])
def test_a_connection_may_end_between_requests(data: bytes) -> None:
    """A connection that ends before a request is not an error."""
    assert read(data) is None


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_host_is_optional_in_http_1_0(version: bytes) -> None:
    """HTTP/1.1 requires the header Host, HTTP/1.0 does not."""
    data = head(b"GET / HTTP/" + version, b"")
    if version == b"1.0":
        assert read(data)
    else:
        with pytest.raises(BadHead, match="The header Host is required"):
            read(data)


REFUSED = {
    "no version": (head(b"GET /"), "METHOD TARGET HTTP/1.1"),
    "two spaces": (head(b"GET  / HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "space in target": (head(b"GET /a b HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "method with a parenthesis": (head(b"G(T / HTTP/1.1"), "METHOD TARGET HTTP/1.1"),
    "HTTP/2": (head(b"PRI * HTTP/2.0"), "must be HTTP/1.1 or HTTP/1.0, got HTTP/2.0"),
    "HTTP/0.9": (head(b"GET / HTTP/0.9"), "must be HTTP/1.1 or HTTP/1.0, got HTTP/0.9"),
    "fragment": (head(b"GET /a#b HTTP/1.1"), "request target"),
    "no slash": (head(b"GET a HTTP/1.1"), "request target"),
    "authority form": (head(b"CONNECT here:1 HTTP/1.1"), "request target"),
    "asterisk of a GET": (head(b"GET * HTTP/1.1"), "request target"),
    "foreign scheme": (head(b"GET ftp://here/ HTTP/1.1"), "request target"),
    "nothing but a query": (head(b"GET ?a HTTP/1.1"), "request target"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01", "plain HTTP, not TLS"),
    "bare LF": (b"GET / HTTP/1.1\nHost: here\r\n\r\n", "must end with CRLF"),
    "bare LF after a header": (b"GET / HTTP/1.1\r\nHost: here\n\r\n", "must end with CRLF"),
    "cut": (b"GET / HTTP/1.1\r\nHost: he", "must end with an empty line"),
    "cut line": (b"GET / HT", "must end with an empty line"),
    "folded": (head(headers=HOST + b" more\r\n"), "Name: value"),
    "folded first": (head(headers=b" more\r\n" + HOST), "Name: value"),
    "space before the colon": (head(headers=HOST + b"Content-Length : 5\r\n"), "Name: value"),
    "no colon": (head(headers=HOST + b"nothing\r\n"), "Name: value"),
    "no name": (head(headers=HOST + b": x\r\n"), "Name: value"),
    "NUL": (head(headers=HOST + b"A: b\0c\r\n"), "Name: value"),
    "bare CR": (head(headers=HOST + b"A: b\rContent-Length: 3\r\n"), "Name: value"),
    "two Hosts": (head(headers=HOST + HOST), "Host must be given once"),
    "Host with a path": (
        head(headers=b"Host: here/there\r\n"),
        "with or without a port, got 'here/there'",
    ),
    "empty Host": (
        head(headers=b"Host:\r\n"),
        "with or without a port, got ''",
    ),
    "user in the authority": (
        head(b"GET http://me@here/ HTTP/1.1"),
        "with or without a port, got 'me@here'",
    ),
    "two lengths": (
        head(headers=HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n"),
        "Content-Length must be given once",
    ),
    "the same length twice": (head(headers=HOST + b"Content-Length: 5\r\n" * 2), "Content-Length must be given once"),
    "length with a sign": (head(headers=HOST + b"Content-Length: +5\r\n"), "plain digits"),
    "length with an underscore": (head(headers=HOST + b"Content-Length: 1_0\r\n"), "plain digits"),
    "list of lengths": (head(headers=HOST + b"Content-Length: 5, 5\r\n"), "plain digits"),
    "empty length": (head(headers=HOST + b"Content-Length:\r\n"), "plain digits"),
    "endless length": (head(headers=HOST + b"Content-Length: " + b"9" * 5000 + b"\r\n"), "plain digits"),
    "two framings": (
        head(headers=HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        "framed by either Content-Length or Transfer-Encoding",
    ),
    "unknown coding": (head(headers=HOST + b"Transfer-Encoding: gzip, chunked\r\n"), "must be chunked"),
    "chunked twice": (head(headers=HOST + b"Transfer-Encoding: chunked\r\n" * 2), "must be chunked"),
    "chunked in HTTP/1.0": (head(b"POST / HTTP/1.0", HOST + b"Transfer-Encoding: chunked\r\n"), "only in HTTP/1.1"),
    "request line too long": (b"GET /" + b"a" * HEAD_LIMIT, "request line must not exceed 65536 bytes"),
    "header too long": (head(headers=HOST + b"A: " + b"a" * HEAD_LIMIT), "headers must not exceed 65536 bytes"),
    "too many headers": (head(headers=HOST + b"A: b\r\n" * (HEAD_LIMIT // 6)), "headers must not exceed 65536 bytes"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_malformed_heads_are_refused(data: bytes, message: str) -> None:
    """A malformed or ambiguous head is refused with a sentence that names the error."""
    with pytest.raises(BadHead, match=r"\.$") as refusal:
        read(data)
    assert message in str(refusal.value)


def test_a_long_header_is_parsed_in_linear_time() -> None:
    """A long line of spaces that ends in a NUL is refused at once: a backtracking pattern would take minutes."""
    with pytest.raises(BadHead, match="Name: value"):
        read(head(headers=HOST + b"A:" + b" " * 60_000 + b"\0\r\n"))


PARTS = [b"GET", b"/", b" ", b"HTTP/1.1", b"HTTP/1.0", b"\r\n", b"Host", b":", b"5", b"Content-Length", b"a", b"\xff"]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PARTS), max_size=30).map(b"".join))
def test_random_heads_raise_only_the_documented_error(data: bytes) -> None:
    """Random bytes, and random parts of heads, are parsed or raise BadHead."""
    with suppress(BadHead):
        read(data)
