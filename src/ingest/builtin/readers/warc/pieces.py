"""Pieces of a web archive: unpacked bytes, and in place of what can't be unpacked the reason."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ingest.input.unpacking import Resumable

__all__ = ["RECORD", "Gap", "Piece", "plain_pieces", "unpacked_pieces"]

RECORD = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
"""The first line of a record."""

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Gap:
    """Stored bytes that can't be unpacked."""

    message: str
    content: bytes = b""
    """The stored bytes, where nothing of them could be unpacked."""


class Piece(NamedTuple):
    """Some unpacked bytes."""

    data: bytes
    member: int | None = None
    """Stored offset of the gzip member that begins with this piece. Such a piece has at least the first line of it."""
    gap: Gap | None = None
    """What stands behind the piece in place of more of its member."""


def plain_pieces(stream: io.BufferedReader, start: int, stop: int | None) -> Iterator[Piece]:
    """Give the pieces of a file that is not packed, from one offset to another; `None` stands for the end."""
    stream.seek(start)
    left = sys.maxsize if stop is None else stop - start
    while data := stream.read(min(_CHUNK, left)):
        yield Piece(data)
        left -= len(data)


def unpacked_pieces(stream: Resumable) -> Iterator[Piece]:
    """Give the pieces of a file that the stream unpacks."""
    while True:
        while data := stream.read1(_CHUNK):
            yield Piece(data)
        if (damage := stream.resume()) is None:
            return
        yield Piece(b"", gap=Gap(str(damage)))
