"""The multipart upload of the media technologies: found whole, or no task (S28, C7, C8, P1)."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from flask import request
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from voxdouble_mock.core.errors import Detail, InvalidRequest, StorageFull, TooLarge, ValidationFailed
from voxdouble_mock.core.limits import Limits
from voxdouble_mock.http.body import Budget, check_declared, read_body
from voxdouble_mock.http.exchange import exchange
from voxdouble_mock.http.vendor.json_body import described_type

PART = "file"
FRAMING = 4096
"""Bytes that a body may have beyond the file in it: boundaries, part headers and small ignored fields."""
IN_MEMORY = 1 << 20
"""Bytes of an upload that are kept in memory before it moves to a temporary file."""
MAX_PARTS = 100
MAX_PART_HEADERS = 16


def boundary() -> str:
    """Check the content type (C6) and give the boundary between the parts."""
    if request.mimetype != "multipart/form-data":
        message = f"The content type is multipart/form-data, not {described_type()}."
        raise ValidationFailed([Detail(("header", "content-type"), message, "content-type")])
    found = request.mimetype_params.get("boundary", "")
    if not 0 < len(found) <= 200 or not found.isascii():
        raise InvalidRequest("The content type multipart/form-data names a boundary of 1 to 200 ASCII characters.")
    return found


def check_size(limits: Limits) -> None:
    """Refuse an upload that is too large by its own account, before it is read."""
    check_declared(request.environ, limits.max_upload + FRAMING)


@contextmanager
def received_file(separator: str, limits: Limits, storage: Budget) -> Iterator[BinaryIO]:
    """Receive the whole body and give the one part named `file`, seekable, at its beginning, until the block ends."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        parts = _Parts(spool, limits.max_upload, storage)
        try:
            _receive(separator, parts, limits)
            parts.check()
            note(parts)
            spool.seek(0)
            yield cast("BinaryIO", spool)
        finally:
            storage.give_back(parts.taken)


@dataclass(slots=True)
class _Parts:
    """What has been seen of the body: the file's bytes go to the spool, everything else is passed over (C17)."""

    spool: IO[bytes]
    max_upload: int
    storage: Budget
    files: int = 0
    size: int = 0
    taken: int = 0
    full: bool = False
    names: list[str] = field(default_factory=list)
    current: str | None = None
    file_name: str = ""
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self.current = event.name
            self.files += event.name == PART
            self.names.append(event.name[:40])
            if event.name == PART and self.files == 1:
                self.file_name = event.filename or ""
        elif event is None:
            self.current = None
        elif self.current == PART and self.files == 1:
            self._keep(event)

    def _keep(self, data: bytearray) -> None:
        self.size += len(data)
        self.digest.update(data)
        if self.size > self.max_upload:
            raise TooLarge(f"The uploaded file has more than the {self.max_upload} bytes that are allowed.")
        if self.full or not self.storage.take(len(data)):
            self.full = True
            return
        self.taken += len(data)
        try:
            self.spool.write(data)
        except OSError:  # the disk is full
            self.full = True

    def check(self) -> None:
        """Say what is wrong with a body that has arrived whole: its schema before the storage (C5)."""
        if self.files != 1:
            found = f"it has {', '.join(map(repr, self.names[:10]))}" if self.names else "it has no part"
            message = f"The body needs one part named 'file', and {found}."
            raise ValidationFailed([Detail(("body", PART), message, "missing" if not self.files else "repeated")])
        if self.full and self.size > self.storage.total:
            raise StorageFull(f"The file has {self.size} bytes, and the whole input storage {self.storage.total}.")
        if self.full:
            raise StorageFull("The input storage is full: try again when other uploads have been processed.")


def note(parts: _Parts) -> None:
    """Note what rules and log may know of the upload."""
    notes = exchange()
    notes.file_name, notes.sha256, notes.size = parts.file_name, parts.digest.hexdigest(), parts.size


def _receive(separator: str, parts: _Parts, limits: Limits) -> None:
    parser = PushMultipartParser(
        separator,
        max_segment_count=MAX_PARTS,
        max_header_count=MAX_PART_HEADERS,
        max_segment_size=limits.max_upload + FRAMING,
        header_charset="utf-8",
    )
    try:
        for piece in read_body(request.environ, limits.max_upload + FRAMING, limits.max_upload_seconds):
            if not parser.closed:
                for event in parser.parse(piece):
                    parts.take(event)
        parser.close()  # raises where the closing boundary is missing
    except (MultipartError, UnicodeError) as error:
        raise InvalidRequest(f"The multipart body cannot be parsed: {error.args[0]}.") from error
