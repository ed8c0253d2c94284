"""Zip files."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, cast

from ingest.errors import ReadError
from ingest.input.archives.entry import CHUNK, Entry, copy_bytes, is_hidden, path_inside, size_problem, too_many
from ingest.input.bounds import Bounds

__all__ = ["LargeDirectoryError", "Zip", "open_zip"]

_SMALL = 1 << 12
_TAIL = 1 << 17
_BYTES_OF_ENTRY = 256
"""What an entry takes in the directory, with a name of usual length."""


class LargeDirectoryError(Exception):
    """The directory of a zip file is larger than allowed."""


def open_zip(stored: IO[bytes], largest: int) -> zipfile.ZipFile:
    """Open a zip file, unless its directory, all of which comes into memory, is larger than that.

    Raises:
        LargeDirectoryError: it is.
        zipfile.BadZipFile, NotImplementedError, ArithmeticError, ValueError, struct.error, EOFError: there is none, or it
            is damaged.
    """
    return zipfile.ZipFile(cast(IO[bytes], _Guarded(stored, max(largest, _TAIL))))


class _Guarded:
    """A file that gives no more bytes at a time than allowed.

    Where the directory stands and how large it is can be said in several places. `zipfile` decides which counts, and then
    asks for all of it at once: that is the moment to refuse.
    """

    def __init__(self, stored: IO[bytes], largest: int) -> None:
        self._stored = stored
        self._largest = largest
        self.seek, self.tell, self.seekable = stored.seek, stored.tell, stored.seekable

    def read(self, size: int = -1) -> bytes:
        if size > self._largest:
            raise LargeDirectoryError
        return self._stored.read(size)


class Zip:
    """A zip file.

    Raises:
        ReadError: it has no directory, or one that is too large.
    """

    def __init__(self, stored: IO[bytes], bounds: Bounds) -> None:
        self._bounds = bounds
        try:
            self._zip = open_zip(stored, bounds.max_members * _BYTES_OF_ENTRY)
        except LargeDirectoryError:
            raise too_many(bounds) from None
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
