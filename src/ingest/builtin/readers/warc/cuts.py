"""Where web archives can be cut into parts, found without reading all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ingest.builtin.readers.warc.members import Members, find_members
from ingest.builtin.readers.warc.pieces import RECORD
from ingest.builtin.readers.warc.record import head_of, length_of

__all__ = ["cut_members", "cut_records"]

_SOUND = 1 << 17
_HEAD = 1 << 13
_BETWEEN = b"\r\n\r\n"


def cut_members(stream: IO[bytes], size: int, step: int) -> Iterator[int]:
    """Give for every multiple of `step` the first stored offset behind it where a gzip member begins with a record.

    Gives none for a file whose first member is longer than `step`: it is most likely the only one.
    """
    first = Members(stream, 0, 1)
    if any(piece.gap or first.offset > step for piece in first):
        return
    target = step
    while target < size:
        cut = next((offset for offset in find_members(stream, target, size) if _is_member(stream, offset)), size)
        if cut < size:
            yield cut
        target = (cut // step + 1) * step


def _is_member(stream: IO[bytes], offset: int) -> bool:
    """Tell members of the file from those of a packed archive that is the payload of a record.

    What can't be packed further is stored as it is, but in blocks of less than 64 KiB with marks between them: what is
    sound for twice as long is nothing inside of such a block.
    """
    members = Members(stream, offset, offset + _SOUND)
    for piece in members:
        if piece.gap:
            return False
        if members.offset > offset + _SOUND:
            return True
    return True


def cut_records(stream: IO[bytes], size: int, step: int) -> Iterator[int]:
    """Give for every multiple of `step` the offset of the first record behind it in a file that is not packed.

    Goes from header to header, for a record may hold the text of others. Ends where a record is not sound.
    """
    stream.seek(0)
    buffer = stream.read(_HEAD)
    offset, target = 0, step
    while (head := head_of(buffer, 0, len(buffer))) and (length := length_of(head[0])) is not None:
        end = offset + head[1] + length
        if end >= size:
            return
        stream.seek(end)
        buffer = stream.read(len(_BETWEEN) + _HEAD)
        if not (buffer.startswith(_BETWEEN) and RECORD.match(buffer, len(_BETWEEN))):
            return
        buffer, offset = buffer[len(_BETWEEN) :], end + len(_BETWEEN)
        if offset >= target:
            yield offset
            target = (offset // step + 1) * step
