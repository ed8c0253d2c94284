"""What an archive says of a file in it, and what it may say."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import IO, Any

from ingest.errors import ReadError
from ingest.input.bounds import FREE, Bounds
from ingest.input.files import InputFile, printable

__all__ = ["CHUNK", "Budget", "Entry", "copy_bytes", "is_hidden", "path_inside", "size_problem", "too_many"]

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, as its directory or header tells."""

    name: str
    """Path in the archive; no part of it leads out."""
    start: int
    """Number in the directory of a zip file, offset of the header in a tar."""
    size: int
    """Bytes of the member, still compressed if its own name says so."""
    stored: int
    """Bytes that it takes in the archive."""
    handle: Any
    problem: str = ""
    """Why it can't be read."""


class Budget:
    """The bytes that all members of an archive may have together, with those of archives in it."""

    def __init__(self, file: InputFile) -> None:
        bounds = file.bounds
        self._left = bounds.max_archive_bytes
        self._refusal = f"holds more than {self._left} bytes; to read it, raise [read] max_archive_bytes"
        # Each member keeps within the ratio, but members may share their bytes, and each has some for free.
        most = max(FREE, bounds.max_ratio * file.size)
        if file.size and most < self._left:
            self._left = most
            self._refusal = (
                f"unpacks to more than {bounds.max_ratio} times its size; to read it, raise [read] max_ratio"
            )

    def take(self, size: int) -> None:
        """Take bytes out of it.

        Raises:
            ReadError: so many are not left.
        """
        self._left -= size
        if self._left < 0:
            raise ReadError(f"the archive {self._refusal}")


def path_inside(name: str) -> str:
    """Give a path that stays in the archive: `../a` and `/a` are `a`."""
    return posixpath.normpath("/" + printable(name)).lstrip("/")


def is_hidden(name: str) -> bool:
    """Say whether a path is that of a hidden file, or of what macOS puts beside files."""
    return not name or any(piece.startswith(".") or piece == "__MACOSX" for piece in name.split("/"))


def size_problem(bounds: Bounds, size: int, stored: int) -> str:
    """Say why a member of that size is too large, nothing if it isn't."""
    if size > bounds.max_member_bytes:
        return f"has {size} bytes, more than the limit of {bounds.max_member_bytes}; to read it, raise [read] max_member_bytes"
    if size > max(FREE, bounds.max_ratio * stored):
        return f"unpacks to more than {bounds.max_ratio} times its size; to read it, raise [read] max_ratio"
    return ""


def too_many(bounds: Bounds) -> ReadError:
    """Give the error for an archive of too many members."""
    return ReadError(f"the archive has more than {bounds.max_members} members; to read it, raise [read] max_members")


def copy_bytes(source: Any, target: IO[bytes], size: int, chunk: int = CHUNK) -> int:
    """Copy at most so many bytes, and give how many there were."""
    left = size
    while left and (piece := source.read(min(left, chunk))):
        target.write(piece)
        left -= len(piece)
    return size - left
