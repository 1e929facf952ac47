"""The files of a pack, each written so that it is complete or absent at every instant."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from voxdouble_mock.packs.facts import (
    AUDIO,
    FACTS,
    HEADER,
    INDEX,
    MAX_FACT_BYTES,
    REFUSALS,
    Fact,
    PackError,
    fact_path,
)


def check_own(folder: Path) -> None:
    """Raise PackError if a file or folder of a pack is a link: it could lead out of the pack's folder."""
    for name in (HEADER, INDEX, REFUSALS, FACTS, AUDIO):
        if (folder / name).is_symlink():
            raise PackError(f"{folder / name} must not be a link: a pack is written in its own folder only.")


def header_text(header: msgspec.Struct) -> str:
    """Return a header as TOML."""
    lines = []
    for name, value in msgspec.structs.asdict(header).items():
        shown: object = msgspec.json.encode(value).decode()  # a text, number or flag in JSON is valid TOML
        lines.append(f"{name} = {shown}\n")
    return "".join(lines)


def write_fact(folder: Path, fact: Fact) -> None:
    """Write a fact. Raises PackError if it is too large."""
    text = msgspec.json.encode(fact)
    if len(text) > MAX_FACT_BYTES:
        raise PackError(f"A fact must have at most {MAX_FACT_BYTES} bytes, and this one has {len(text)}.")
    write_whole(fact_path(folder, fact.key), text)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is complete or absent at every instant, also after a kill or a power failure."""
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as `write_whole` does, from pieces of its content."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
