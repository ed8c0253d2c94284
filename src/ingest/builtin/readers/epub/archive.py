"""The ZIP file that a book is, unpacked within limits and only in memory."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import IO

from ingest.builtin.readers.epub.errors import BookError, MemberError
from ingest.builtin.readers.lines import read_at_most
from ingest.input.archives import LargeDirectoryError, open_zip

__all__ = ["Archive"]

# Python holds all of a directory in memory. With names of usual length this is enough for 40,000 files.
MOST_DIRECTORY = 4 * 2**20
# Pages shrink to a tenth when they are packed; what shrinks to so little of its size is there to fill the memory.
MOST_RATIO = 200
SMALL = 2**20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """The files in a ZIP file, by their names.

    Args:
        stream: the file; it can be sought.
        limit: how many bytes all that is read of it may unpack to.
        option: where to raise the limit, for messages.

    Raises:
        BookError: it is no ZIP file, damaged, or has far too many files.
    """

    def __init__(self, stream: IO[bytes], limit: int, option: str) -> None:
        self._limit = self._left = limit
        self._option = option
        self._size = stream.seek(0, 2)
        try:
            self._zip = open_zip(stream, MOST_DIRECTORY)
        except LargeDirectoryError:
            raise BookError("has too many files in it") from None
        except _DAMAGES as error:
            raise BookError(f"is no ZIP file, or damaged: {error}") from error

    def has(self, name: str) -> bool:
        """Say whether there is a file of that name."""
        return name in self._zip.namelist()

    def read(self, name: str, most: int | None = None) -> bytes:
        """Give the content of a file.

        Args:
            name: the file.
            most: largest size to read; by default what is left of the limit.

        Raises:
            MemberError: there is none of that name, or it is damaged, encrypted, or larger than that.
            BookError: with it the book unpacks to more than the limit, or it is there to fill the memory.
        """
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            raise MemberError("is not in the book") from None
        if info.compress_type not in _METHODS:
            raise MemberError(f"is compressed by method {info.compress_type}, which books don't use")
        if info.flag_bits & 1:
            raise MemberError("is encrypted with a password")
        packed = SMALL + MOST_RATIO * min(info.compress_size, self._size)
        content = self._unpack(info, min(self._left, packed, self._left if most is None else most) + 1)
        if most is not None and most < len(content) <= self._left:
            raise MemberError(f"has more than {most} bytes")
        if len(content) > self._left:
            raise BookError(f"unpacks to more than the limit of {self._limit}; to read it, raise {self._option}")
        if len(content) > packed:
            raise BookError(f"is refused: {name} in it unpacks to more than {MOST_RATIO} times its size")
        self._left -= len(content)
        return content

    def _unpack(self, info: zipfile.ZipInfo, most: int) -> bytes:
        try:
            with self._zip.open(info) as stream:
                return read_at_most(stream, most)
        except _DAMAGES as error:
            raise MemberError(f"is damaged: {error}") from error
