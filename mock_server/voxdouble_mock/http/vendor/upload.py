"""The multipart upload of the media technologies, complete or refused (S28, C7, C8, P1)."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from voxdouble_mock.core.errors import Detail, InvalidRequest, StorageFull, TooLarge, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.byte_quota import ByteQuota
from voxdouble_mock.http.request_body import check_content_type, check_declared_length, content_type, read_body
from voxdouble_mock.http.vendor.multipart_parser import Event, MultipartError, MultipartParser
from voxdouble_mock.http.vendor.part_head import PartHead, header_parameters, unquoted
from voxdouble_mock.http.vendor.spool import Spool

log = logging.getLogger("voxdouble_mock")
PART = "file"
FRAMING = 4096
"""The bytes that a body may have beyond the largest file: boundaries, part headers and small ignored parts."""
MAX_PARTS = 100
MAX_BOUNDARY = 200
"""The most characters of a boundary; RFC 2046 allows 70."""
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
PLAIN_ENCODINGS = ("7bit", "8bit", "binary")
NO_PART = PartHead("")


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, its name (None if the part has no file name), and its size in bytes."""

    open: Callable[[], BinaryIO]
    """Returns the file, positioned at its beginning."""
    name: str | None
    sha256: str
    size: int


def check_size(limits: Limits) -> None:
    """Refuse an upload whose declared length exceeds the limit, before it is read (S25)."""
    check_declared_length(limits.max_upload + FRAMING)


def boundary() -> str:
    """Check the content type (C6); return the boundary between the parts (C70)."""
    check_content_type("multipart/form-data")
    parameter = header_parameters(content_type()).get("boundary", "")
    found = unquoted(parameter)
    if not 0 < len(found) <= MAX_BOUNDARY or not (found.isascii() and found.isprintable()):
        raise InvalidRequest(
            f"The content type multipart/form-data must name a boundary of 1 to {MAX_BOUNDARY} ASCII characters, "
            f"got {found[:80]!r}."
        )
    if found == parameter and not TOKEN.fullmatch(found):
        raise InvalidRequest(
            f"A boundary with characters such as = : / or a space must be in quotes in the content type, "
            f"got boundary={found[:80]}."
        )
    return found


@contextmanager
def receive(separator: str, limits: Limits, quota: ByteQuota) -> Iterator[Upload]:
    """Receive the whole body and yield its one part named `file`; the file is closed when the block ends."""
    spool = Spool()
    parts = _Parts(spool, limits.max_upload, quota)
    try:
        _parse(separator, parts, limits)
        parts.check()
        yield Upload(spool.open, parts.file.file_name, parts.digest.hexdigest(), parts.size)
    finally:
        quota.release(parts.reserved)
        with suppress(OSError):  # if the disk is full: the bytes that were not written do not matter
            spool.close()


@dataclass(slots=True)
class _Parts:
    """The parts of a body as they arrive: the file is written to the spool, all other parts are ignored (C17)."""

    spool: Spool
    max_upload: int
    quota: ByteQuota
    files: int = 0
    size: int = 0
    reserved: int = 0
    full: bool = False
    reason: str = ""
    """Why the folder of temporary files could not hold the file; empty if it could."""
    names: list[str] = field(default_factory=list)
    is_file: bool = False
    file: PartHead = NO_PART
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, event: Event) -> None:
        """Process the parser's next event: the head of a part, bytes of its content, or its end."""
        if isinstance(event, PartHead):
            self.files += event.name == PART
            self.names.append(event.name[:40])
            self.is_file = event.name == PART and self.files == 1
            self.file = event if self.is_file else self.file
            if len(self.names) > MAX_PARTS:
                raise MultipartError(f"The body must have at most {MAX_PARTS} parts, got more.")
        elif event is not None and self.is_file:
            self._write(event)

    def _write(self, data: memoryview) -> None:
        self.size += len(data)
        self.digest.update(data)
        if self.size > self.max_upload:
            raise TooLarge(f"The uploaded file must have at most {self.max_upload} bytes, got more.")
        if self.full or not self.quota.reserve(len(data)):
            self.full = True
            return
        self.reserved += len(data)
        try:
            self.spool.write(data)
        except OSError as error:  # the folder of temporary files is full, or cannot be written
            self.full = True
            self.reason = error.strerror or str(error)
            log.error("An upload cannot be stored in the folder of temporary files: %s.", self.reason)

    def check(self) -> None:
        """Refuse a complete body unless it has one file, in a plain encoding, and the storage has room for the file."""
        if self.files != 1:
            found = ", ".join(map(repr, self.names[:10])) or "no part"
            message = f"The body must have exactly one part named 'file', got {found}."
            raise ValidationFailed([Detail(("body", PART), message, "missing" if not self.files else "repeated")])
        if self.file.transfer_encoding not in PLAIN_ENCODINGS:
            allowed, found = ", ".join(PLAIN_ENCODINGS), self.file.transfer_encoding[:40]
            message = f"Content-Transfer-Encoding of the part 'file' must be one of {allowed}, got {found!r}."
            raise ValidationFailed([Detail(("body", PART), message, "encoding")])
        if self.reason:
            raise StorageFull(f"The mock's folder of temporary files cannot hold the upload: {self.reason}.")
        if self.full and self.size > self.quota.total:
            raise StorageFull(
                f"The file ({self.size} bytes) is larger than the whole input storage ({self.quota.total} bytes)."
            )
        if self.full:
            raise StorageFull("The input storage is full: try again when other uploads have been processed.")


def _parse(separator: str, parts: _Parts, limits: Limits) -> None:
    parser = MultipartParser(separator)
    try:
        for piece in read_body(limits.max_upload + FRAMING, limits.max_upload_seconds):
            for event in parser.feed(piece):
                parts.take(event)
        parser.close()
    except MultipartError as error:
        raise InvalidRequest(f"The multipart body cannot be parsed. {error}") from error
