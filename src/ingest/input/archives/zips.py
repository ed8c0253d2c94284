"""Zip files."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO

from ingest.errors import ReadError
from ingest.input.archives.entry import CHUNK, Entry, copy_bytes, is_hidden, path_inside, size_problem, too_many
from ingest.input.bounds import Bounds

__all__ = ["Zip"]

_SMALL = 1 << 12
_BYTES_OF_ENTRY = 256
"""What an entry takes in the directory, with a name of usual length."""


class Zip:
    """A zip file.

    Raises:
        ReadError: it has no directory, or one that is too large.
    """

    def __init__(self, stored: IO[bytes], bounds: Bounds) -> None:
        self._bounds = bounds
        try:
            if _directory_size(stored) > bounds.max_members * _BYTES_OF_ENTRY:
                raise too_many(bounds)
            self._zip = zipfile.ZipFile(stored)
        except (zipfile.BadZipFile, NotImplementedError, ArithmeticError, ValueError, struct.error, EOFError) as error:
            raise ReadError(f"the zip archive is damaged: {error}") from error
        if len(self._zip.filelist) > bounds.max_members:
            raise too_many(bounds)

    def close(self) -> None:
        self._zip.close()

    def entries(self) -> Iterator[Entry]:
        for number, info in enumerate(self._zip.filelist):
            name = path_inside(info.filename)
            mode = info.external_attr >> 16
            if info.is_dir() or is_hidden(name) or stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                continue
            problem = "is encrypted; unpack the archive first" if info.flag_bits & 1 else ""
            problem = problem or size_problem(self._bounds, info.file_size, info.compress_size)
            yield Entry(name, number, info.file_size, info.compress_size, info, problem)

    def holds(self, entry: Entry) -> bool:
        """Say whether all bytes of the member are there, as far as was read."""
        return True

    def copy(self, entry: Entry, target: IO[bytes]) -> str | None:
        """Copy the member, or say why that can't be done."""
        try:
            with self._zip.open(entry.handle) as source:
                # Of what is not deflated, zipfile unpacks all that it read, whatever size the directory claims.
                known = entry.handle.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                size = copy_bytes(source, target, entry.size, CHUNK if known else _SMALL)
        except Exception as error:  # noqa: BLE001  every method of compression fails in ways of its own
            return f"is damaged in its archive: {error}"
        return None if size == entry.size else f"is damaged in its archive: {size} bytes are left of {entry.size}"


def _directory_size(stored: IO[bytes]) -> int:
    """Give the size of the directory, which `zipfile` takes into memory, before it does. 0 if there is none."""
    end = stored.seek(0, io.SEEK_END)
    tail_start = stored.seek(max(0, end - (1 << 16) - 42))
    tail = stored.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) < found + 22:
        return 0
    size = int.from_bytes(tail[found + 12 : found + 16], "little")
    locator = tail[max(0, found - 20) : found]
    if not locator.startswith(b"PK\x06\x07"):
        return min(size, tail_start + found)
    stored.seek(int.from_bytes(locator[8:16], "little"))
    return int.from_bytes(stored.read(48)[40:48], "little")
