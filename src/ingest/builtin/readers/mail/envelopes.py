"""The messages in a file of the format mbox, by the `From ` lines in front of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Envelope", "begins_with_envelope", "read_envelopes"]

_CHUNK = 1 << 16
_MONTHS = b"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# The line in front of a message has a time, or a header behind it. Others begin a paragraph of text.
_FROM = re.compile(
    rb"From (?:\S{1,300}+[^\n:]{0,100}?(?:%b)[^\n:]{1,30}\d:\d\d|[^\n]{0,300}+\n(?:>?From |[!-9;-~]{1,80}+[ \t]{0,9}:))"
    % _MONTHS
)
# Whether a `From ` line begins a message is told by these many bytes in front of it and behind its start alone, so that
# the parts of a file have the same messages as the whole.
_BEFORE, _BEHIND = 3, 600
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it stands in the file, with the `From ` line in front of it."""

    offset: int
    size: int
    content: bytes | None
    """`None` if it is larger than the limit."""


def begins_with_envelope(head: bytes) -> bool:
    """Say whether a file that starts with these bytes is one of messages."""
    return _FROM.match(head.removeprefix(_MARK).lstrip()) is not None


def read_envelopes(stream: io.BufferedReader, start: int, stop: int | None, limit: int) -> Iterator[Envelope]:
    """Give the messages that begin at `start` or behind it, and before `stop`. What a file begins with counts as one.

    Args:
        stream: the file, at its beginning.
        start: the first byte that a message may begin at.
        stop: where a message may no longer begin; by default all are given.
        limit: largest message to hold, in bytes.
    """
    position = start
    gathered: _Gathered | None = None
    for begins, piece in _pieces(stream, start):
        if begins:
            if gathered is not None:
                yield gathered.envelope()
            gathered = _Gathered(position, limit)
        if stop is not None and position >= stop and (begins or gathered is None):
            return
        if gathered is not None:
            gathered.add(piece)
        position += len(piece)
    if gathered is not None and gathered.size:
        yield gathered.envelope()


class _Gathered:
    """The pieces of a message, as long as they are not too many."""

    def __init__(self, offset: int, limit: int) -> None:
        self.offset = offset
        self.size = 0
        self._limit = limit
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Put a piece behind the others."""
        self.size += len(piece)
        if self.size <= self._limit:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def envelope(self) -> Envelope:
        """Give the message."""
        return Envelope(self.offset, self.size, b"".join(self._pieces) if self.size <= self._limit else None)


def _pieces(stream: io.BufferedReader, start: int) -> Iterator[tuple[bool, bytes]]:
    """Give what stands from `start` on, cut in front of every message, and say of each piece whether one begins there."""
    if start > _BEFORE:
        _go_to(stream, start - _BEFORE)
    held = stream.read(min(start, _BEFORE))
    given = len(held)  # how much of what is held was given already, and is there to look back at
    begins = start == 0
    chunk = b"more"
    while chunk:
        chunk = stream.read1(_CHUNK)
        held += chunk
        # What the next bytes may change is not told yet.
        end = len(held) - _BEHIND if chunk else len(held)
        for place in _starts(held, given, end):
            if place > given:
                yield begins, held[given:place]
            given, begins = place, True
        if end > given:
            yield begins, held[given:end]
            given, begins = end, False
        cut = max(0, given - _BEFORE)
        held, given = held[cut:], given - cut


def _starts(content: bytes, first: int, end: int) -> Iterator[int]:
    """Give the places from `first` to before `end` at which a message begins."""
    place = content.find(b"\nFrom ", max(0, first - 1), end + 5)
    while 0 <= place < end - 1:
        if content.endswith((b"\n", b"\n\r"), max(0, place - 2), place) and _FROM.match(content, place + 1):
            yield place + 1
        place = content.find(b"\nFrom ", place + 1, end + 5)


def _go_to(stream: io.BufferedReader, position: int) -> None:
    """Go to a place in a file. Some servers only give a file from its beginning."""
    try:
        stream.seek(position)
    except ValueError:
        while position > 0 and (skipped := stream.read(min(position, _CHUNK))):
            position -= len(skipped)
