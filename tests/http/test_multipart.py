"""Multipart bodies: every form that RFC 2046 and RFC 7578 oblige a receiver to accept, and the names of files (C70)."""

import unicodedata
from contextlib import suppress
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.wire import BOUNDARY, EXTRACTION, MULTIPART, NO_AUDIO, assert_refused, get, post
from voxdouble_mock import MockAppliance
from voxdouble_mock.http.vendor.multipart_parser import MAX_HEAD, MAX_PADDING, MultipartError, MultipartParser
from voxdouble_mock.http.vendor.part_head import PartHead, parse_part_head

B = BOUNDARY.encode()
DISPOSITION = b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n'
FILE = DISPOSITION + b"\r\n" + NO_AUDIO
WHOLE = b"--" + B + b"\r\n" + FILE + b"\r\n--" + B + b"--\r\n"


def parsed(body: bytes, *, boundary: str = BOUNDARY, cuts: int | None = None) -> list[tuple[str, bytes]]:
    """Return the names and contents of a body's parts, parsed in pieces of `cuts` bytes."""
    parser = MultipartParser(boundary)
    parts: list[tuple[str, bytes]] = []
    size = cuts or len(body) or 1
    ended = 0
    for at in range(0, len(body), size):
        for event in parser.feed(body[at : at + size]):
            if isinstance(event, PartHead):
                parts.append((event.name, b""))
            elif event is None:
                ended += 1
            else:
                parts[-1] = (parts[-1][0], parts[-1][1] + event)
    parser.close()
    assert ended == len(parts)
    return parts


@pytest.mark.parametrize(
    ("name", "body"),
    {
        "plain": WHOLE,
        "no line break after the closing delimiter": WHOLE[:-2],
        "a preamble": b"This is a message\r\nin several parts.\r\n" + WHOLE,
        "an empty line first": b"\r\n" + WHOLE,
        "the boundary within a line of the preamble": b"see --" + B + b"\r\n and --" + B + b"--\r\n" + WHOLE,
        "a longer boundary in the preamble": b"--" + B + b"x\r\n" + WHOLE,
        "an epilogue": WHOLE + b"Thank you.\r\n--" + B + b"\r\nand more",
        "white space after the delimiters": WHOLE.replace(B, B + b" \t ", 1).replace(B + b"--", B + b"-- \t"),
        "the most white space": WHOLE.replace(B, B + b" " * MAX_PADDING, 1),
        "headers of other kinds": WHOLE.replace(DISPOSITION, DISPOSITION + b"X-Other: 1\r\nContent-Length: 7\r\n"),
        "a folded header": WHOLE.replace(b'data; name="file"', b'data;\r\n\t name="file"'),
        "names in any case": WHOLE.replace(DISPOSITION, b'CONTENT-DISPOSITION: Form-Data; NAME="file"\r\n'),
        "a name without quotes": WHOLE.replace(b'"file"', b"file"),
        "spaces around the signs": WHOLE.replace(b'; name="file"', b' ; name = "file" '),
        "the order reversed": WHOLE.replace(DISPOSITION, DISPOSITION[:30] + b'; filename=";"; name=file\r\n'),
        "lines that look like delimiters": WHOLE.replace(NO_AUDIO, NO_AUDIO + b"\r\n--\r\n--" + B[:-1] + b"\n--" + B),
    }.items(),
)  # fmt: skip
def test_every_allowed_form_is_parsed(name: str, body: bytes) -> None:
    """The form has the one part that the plain body has, wherever the body is cut into pieces."""
    [(part, content)] = parsed(body)
    assert part == "file"
    assert content.startswith(NO_AUDIO)
    assert all(parsed(body, cuts=size) == [(part, content)] for size in range(1, 40)), name


def test_a_part_can_have_no_content() -> None:
    """The line break of the empty line after the headers may be that of the next delimiter."""
    body = b"--" + B + b"\r\n" + DISPOSITION + b"\r\n--" + B + b"--"
    assert [parsed(body, cuts=size) for size in (1, 7, 1000)] == [[("file", b"")]] * 3


@given(
    contents=st.lists(st.binary(max_size=40) | st.sampled_from([b"\r\n", b"\r", b"--", b"\r\n--x"]), max_size=4),
    preamble=st.sampled_from([b"", b"\r\n", b"--\r\n", b"text\r\n"]),
    padding=st.sampled_from([b"", b" ", b"\t \t"]),
    cuts=st.integers(1, 60),
)  # fmt: skip
def test_parts_are_those_that_were_written(contents: list[bytes], preamble: bytes, padding: bytes, cuts: int) -> None:
    """Any contents come back unchanged, in order, wherever the body is cut into pieces; Python's parser agrees."""
    parts = [b'Content-Disposition: form-data; name="n"\r\n\r\n' + content for content in contents]
    body = preamble + b"".join(b"--" + B + padding + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + B + b"--"
    assert parsed(body, cuts=cuts) == [("n", content) for content in contents]
    head = f'Content-Type: multipart/form-data; boundary="{BOUNDARY}"\r\n\r\n'.encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    assert len(message.get_payload()) == len(contents) or not contents


@given(body=st.binary(max_size=200), cuts=st.integers(1, 50))
def test_any_bytes_are_parsed_or_refused(body: bytes, cuts: int) -> None:
    """A body of arbitrary bytes, or a damaged one, raises MultipartError and no other exception."""
    for damaged in (body, WHOLE[:60] + body + WHOLE[60:], WHOLE + body, body + WHOLE):
        with suppress(MultipartError):
            parsed(damaged, cuts=cuts)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (WHOLE.replace(b"\r\n", b"\n"), f"'--{BOUNDARY}' (two hyphens and the boundary), ended by CRLF, and has none."),
        (WHOLE.replace(b"form-data", b"attachment"), "must have the header `Content-Disposition: form-data"),
        (WHOLE.replace(b' name="file";', b""), "must have the header `Content-Disposition: form-data"),
        (WHOLE.replace(DISPOSITION, b"no header\r\n" + DISPOSITION), "of the form Name: value, got 'no header'"),
        (WHOLE.replace(DISPOSITION, b"X: " + b"x" * MAX_HEAD + b"\r\n" + DISPOSITION), f"at most {MAX_HEAD} bytes"),
        (WHOLE.replace(DISPOSITION, b"X" * (MAX_HEAD + 5)), f"at most {MAX_HEAD} bytes"),
        (WHOLE.replace(NO_AUDIO, b"\r\n--" + B + b"x"), "begins with -- and the boundary"),
        (WHOLE[:-4] + b" " * (MAX_PADDING + 1) + WHOLE[2 + len(B) :], "does not end after it"),
        (WHOLE[:-4], "its closing boundary is missing"),
        (b"", "The body must have the line '--"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cuts", [None, 1, 700])
def test_a_malformed_body_is_refused_with_the_reason(body: bytes, message: str, cuts: int | None) -> None:
    """The message says what must hold, whether the body arrives whole or in pieces."""
    with pytest.raises(MultipartError) as refused:
        parsed(body, cuts=cuts)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (b'filename="a.wav"', "a.wav"),
        (b"filename=a.wav", "a.wav"),
        (b'filename=""', ""),
        (b"other=x", None),
        ('filename="Dvořák.wav"'.encode(), "Dvořák.wav"),
        (b'filename="caf\xe9.wav"', "café.wav"),
        (b'FileName="a.wav"', "a.wav"),
        (b'filename="a \\"b\\".wav"', 'a "b".wav'),
        (b'filename="a %22b%22.wav"', 'a "b".wav'),
        (b'filename="100%.wav"', "100%.wav"),
        (b'filename="Dvo%C5%99%C3%A1k%20%C3%B1%5C1.wav"', "1.wav"),
        (b'filename="Dvor%CC%8Ca%CC%81k%20.wav"', "Dvo\u0159\u00e1k .wav"),
        (b'filename="my%20song.wav"', "my%20song.wav"),
        (b'filename="%C5.wav"', "%C5.wav"),
        (b'filename="(1)%C5%99.wav"', "(1)%C5%99.wav"),
        (b'filename="a;b=c.wav"', "a;b=c.wav"),
        (b'filename="C:\\\\temp\\\\a.wav"', "a.wav"),
        (b'filename="C:\\temp\\a.wav"', "a.wav"),
        (b'filename="../../etc/a.wav"', "a.wav"),
        (b'filename="folder/"', ""),
        (b'filename="C:\\temp\\"', ""),
        (b"filename*=UTF-8''Dvo%C5%99%C3%A1k.wav", "Dvořák.wav"),
        (b"filename*=iso-8859-1'en'caf%E9.wav", "café.wav"),
        (b"filename=\"x.wav\"; filename*=utf-8''%C3%A9.wav", "é.wav"),
        (b"filename*=utf-8''..%2F..%2Fa.wav", "a.wav"),
        (b"filename=\"x.wav\"; filename*=nonsense''a.wav", "x.wav"),
        (b"filename=\"x.wav\"; filename*=utf-8''%ff.wav", "x.wav"),
        (b"filename*0=\"long \"; filename*1=\"name.wav\"", "long name.wav"),
        (b"filename*0*=utf-8''Dvo%C5%99; filename*1*=%C3%A1k; filename*2=.wav", "Dvořák.wav"),
        (b'filename="=?UTF-8?B?RHZvxZnDoWsud2F2?="', "Dvořák.wav"),
        (b'filename="=?iso-8859-1?Q?caf=E9.wav?="', "café.wav"),
        (b'filename="=?nonsense?B?RHZv?="', "=?nonsense?B?RHZv?="),
        (unicodedata.normalize("NFD", 'filename="Dvořák.wav"').encode(), "Dvořák.wav"),
        (b'filename="=?utf-7?Q?+2AA-?="', "?"),
    ],
)  # fmt: skip
def test_a_file_name_is_the_one_that_a_person_sees(parameters: bytes, expected: str | None) -> None:
    """Escapes are decoded, directories dropped, and the Unicode form is NFC; UTF-8 comes before Latin-1."""
    head = parse_part_head(b"Content-Disposition: form-data; name=file; " + parameters + b"\r\n")
    assert head.file_name == expected


@given(st.binary(max_size=200))
def test_any_file_name_is_valid_text(name: bytes) -> None:
    """A file name of any bytes is read as text that can be written as UTF-8 and names no directory."""
    for parameter in (b'filename="' + name + b'"', b"filename*=" + name, b"filename=" + name):
        try:
            head = parse_part_head(b"Content-Disposition: form-data; name=file; " + parameter + b"\r\n")
        except ValueError:
            continue
        found = head.file_name or ""
        assert found.encode("utf-8").decode("utf-8") == found
        assert not {"/", "\\"} & set(found)


@pytest.mark.parametrize("boundary", ["a", "with space", "a=b:c/d(e)?", "'()+_,-./:=?", "x" * 70])
def test_a_quoted_boundary_is_accepted(mock: MockAppliance, boundary: str) -> None:
    """The quotes are not part of the boundary, and the parameter's name is in any case."""
    body = b"--" + boundary.encode() + b"\r\n" + FILE + b"\r\n--" + boundary.encode() + b"--\r\n"
    headers = {"Content-Type": f'Multipart/Form-Data; charset=utf-8; Boundary="{boundary}"'}
    assert post(mock.url + EXTRACTION, data=body, headers=headers).status_code == 202


@pytest.mark.parametrize("boundary", ["a=b", "a:b", "a/b", "a b", "(a)"])
def test_an_unquoted_boundary_with_special_characters_is_refused(mock: MockAppliance, boundary: str) -> None:
    """The message is about the boundary and says that it must be in quotes."""
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    refused = post(mock.url + EXTRACTION, data=WHOLE, headers=headers)
    assert_refused(refused, 400, "request.invalid")
    assert f"must be in quotes in the content type, got boundary={boundary}." in refused.json()["message"]


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "BINARY"])
def test_a_plain_transfer_encoding_is_accepted(mock: MockAppliance, encoding: str) -> None:
    """The content of the part is then its bytes."""
    body = WHOLE.replace(DISPOSITION, DISPOSITION + f"Content-Transfer-Encoding: {encoding}\r\n".encode())
    assert post(mock.url + EXTRACTION, data=body, headers={"Content-Type": MULTIPART}).status_code == 202
    assert mock.requests[0].size == len(NO_AUDIO)


@pytest.mark.parametrize("encoding", ["base64", "Quoted-Printable", "x-other"])
def test_any_other_transfer_encoding_is_refused_by_name(mock: MockAppliance, encoding: str) -> None:
    """The message names the encoding and the allowed ones; on a part that is ignored it does no harm."""
    header = f"Content-Transfer-Encoding: {encoding}\r\n".encode()
    refused = post(
        mock.url + EXTRACTION,
        data=WHOLE.replace(DISPOSITION, DISPOSITION + header),
        headers={"Content-Type": MULTIPART},
    )
    assert_refused(refused, 422, "request.validation-error", ["body", "file"])
    assert f"must be one of 7bit, 8bit, binary, got '{encoding.lower()}'." in refused.json()["message"]
    other = b"--" + B + b'\r\nContent-Disposition: form-data; name="other"\r\n' + header + b"\r\nAAAA\r\n"
    assert post(mock.url + EXTRACTION, data=other + WHOLE, headers={"Content-Type": MULTIPART}).status_code == 202


@pytest.mark.parametrize("path", [EXTRACTION, "/api/technology/speaker-identification-voiceprint-conversion"])
def test_a_compressed_body_is_refused_by_name(mock: MockAppliance, path: str) -> None:
    """The refusal of a body with a Content-Encoding is located at that header (C6)."""
    content_type = MULTIPART if path == EXTRACTION else "application/json"
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    refused = post(mock.url + path, data=b"\x1f\x8b\x08", headers=headers)
    assert_refused(refused, 422, "request.validation-error", ["header", "content-encoding"])
    assert "'gzip'" in refused.json()["message"]
    control = post(mock.url + "/_mock/clock/advance", data=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})
    assert_refused(control, 422, "request.validation-error", ["header", "content-encoding"])


def test_names_from_other_systems_select_a_rule(mock: MockAppliance) -> None:
    """Rules and the log have the name without directories and in NFC, and a pattern in NFD matches it too."""
    name = "Dvořák.wav"
    mock.scenario({"rules": [{"when": {"file_name": unicodedata.normalize("NFD", name)}, "then": {"end": "failed"}}]})
    for sent in (b"C:\\temp\\" + name.encode(), unicodedata.normalize("NFD", name).encode(), b"caf\xe9.wav"):
        body = WHOLE.replace(b"a.wav", sent)
        assert post(mock.url + EXTRACTION, data=body, headers={"Content-Type": MULTIPART}).status_code == 202
    logged = get(mock.url + "/_mock/requests").json()["requests"]
    assert [(entry["file_name"], entry["rule"]) for entry in logged] == [
        (name, "rule 1"),
        (name, "rule 1"),
        ("café.wav", None),
    ]
