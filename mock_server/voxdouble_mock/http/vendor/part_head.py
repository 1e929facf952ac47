"""The headers of one part of a multipart body (RFC 7578 section 4), and the file name that a person sees."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)", re.DOTALL)
PARAMETER = re.compile(r';[ \t]*([^\s=;"]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|"[^"]*"|[^;]*)', re.DOTALL)
ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+")
MAX_NORMALIZED = 1024
"""The most characters of a file name that is normalised: the time can grow with the square of the length."""
PERCENT = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""The characters that browsers escape in names."""


@dataclass(frozen=True, slots=True)
class PartHead:
    """The name of a part, the name of its file or None, and its transfer encoding in lower case."""

    name: str
    file_name: str | None = None
    transfer_encoding: str = "binary"


def parse_part_head(head: bytes) -> PartHead:
    """Return the head of a part from its header lines; ValueError with a sentence if they are malformed."""
    fields = _fields(head.decode("latin-1"))
    disposition = fields.get("content-disposition", "")
    parameters = header_parameters(disposition)
    if disposition.partition(";")[0].strip().lower() != "form-data" or "name" not in parameters:
        raise ValueError('Each part must have the header `Content-Disposition: form-data; name="..."`.')
    encoding = fields.get("content-transfer-encoding", "binary").strip().lower()
    return PartHead(_unescaped(_text(parameters["name"])), file_name(parameters), encoding)


def _fields(text: str) -> dict[str, str]:
    """Return the header fields by their names in lower case; the first of repeated ones counts."""
    fields: dict[str, str] = {}
    unfolded = re.sub(r"\r\n(?=[ \t])", "", text)
    for line in filter(None, unfolded.split("\r\n")):
        match = FIELD.fullmatch(line)
        if match is None or "\n" in line:
            raise ValueError(f"A header line of a part must be of the form Name: value, got {line[:80]!r}.")
        fields.setdefault(match[1].lower(), match[2])
    return fields


def header_parameters(value: str) -> dict[str, str]:
    """Return the values of a header's parameters, quotes included, by lower-case names; of repeated ones the first."""
    parameters: dict[str, str] = {}
    for name, text in PARAMETER.findall(value):
        parameters.setdefault(name.lower(), text.strip())
    return parameters


def unquoted(text: str) -> str:
    """Return the value of a parameter without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def file_name(parameters: Mapping[str, str]) -> str | None:
    """Return the name of a part's file: its last path component, decoded, in the Unicode form NFC; None if absent."""
    name = _extended(parameters)
    if name is None and "filename" in parameters:
        text = _text(parameters["filename"])
        name = _percent_decoded(text) or _decoded_words(_unescaped(text))
    if name is None:
        return None
    last = re.split(r"[/\\]", name.encode("utf-8", "replace").decode("utf-8"))[-1]
    return unicodedata.normalize("NFC", last) if len(last) <= MAX_NORMALIZED else last


def _text(parameter: str) -> str:
    """Return a parameter's value from UTF-8, or from Latin-1 if its bytes are not UTF-8."""
    value = unquoted(parameter)
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value


def _unescaped(text: str) -> str:
    """Return a value without the escapes of mail clients (a backslash) and of browsers (a percent sign)."""
    plain = re.sub(r'\\(["\\])', r"\1", text)
    return re.sub("|".join(PERCENT), lambda match: PERCENT[match.group()], plain)


def _percent_decoded(text: str) -> str | None:
    """Return the decoded text if all of it is percent-encoded UTF-8, as aiohttp sends names; else None.

    RFC 7578 section 2 allows this encoding. If the decoded text is ASCII, the text counts as plain: a file may have the
    name my%20song.wav.
    """
    data = unquote_to_bytes(text) if PERCENT_ENCODED.fullmatch(text) else b""
    try:
        return None if data.isascii() else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _decoded_words(text: str) -> str:
    """Return a text with its encoded words (RFC 2047) decoded, or unchanged if they are malformed."""
    if not ENCODED_WORD.search(text):
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _extended(parameters: Mapping[str, str]) -> str | None:
    """Return the value of `filename*`, also in sections (RFC 2231, RFC 8187); None if absent or malformed."""
    sections = _sections(parameters)
    if not sections:
        return None
    charset, mark, rest = sections[0][1].partition("'")
    if mark and sections[0][0].endswith("*"):
        sections[0] = (sections[0][0], rest.partition("'")[2])
    else:
        charset = ""
    pieces = [(name, value.encode("latin-1")) for name, value in sections]
    data = b"".join(unquote_to_bytes(value) if name.endswith("*") else value for name, value in pieces)
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        return None


def _sections(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the sections of `filename*` in order, each with its parameter's name.

    The name of an encoded section ends with *.
    """
    if "filename*" in parameters:
        return [("filename*", unquoted(parameters["filename*"]))]
    sections: list[tuple[str, str]] = []
    while True:
        number = f"filename*{len(sections)}"
        name = number if number in parameters else f"{number}*"
        if name not in parameters:
            return sections
        sections.append((name, unquoted(parameters[name])))
