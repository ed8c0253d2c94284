"""Where to cut an archive into parts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.endpoints import Part
from ingest.input.archives.entry import Entry
from ingest.input.files import InputFile

__all__ = ["Cuts"]

_PART_BYTES = 4 * 2**20
_PART_MEMBERS = 256
_MOST_PARTS = 16


class Cuts:
    """Cuts an archive into parts of members that follow each other.

    A part of a zip file costs reading its directory, one of a compressed tar unpacking it up to there: of those there are
    only some. A tar in which a name stands twice is not cut, as only who reads all of it knows which is the second.
    """

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._entries: list[tuple[int, int, str]] = []
        self._names: set[str] = set()
        self._repeats = False

    def add(self, entry: Entry, reader: str) -> None:
        """Add the next member, and the reader that its name tells."""
        self._entries.append((entry.start, entry.stored, reader))
        self._repeats |= entry.name in self._names
        self._names.add(entry.name)

    def parts(self) -> Iterator[tuple[Part, tuple[tuple[str, int, int], ...]]]:
        """Give the parts, each with the number and the bytes of its members by reader."""
        total = sum(size for _, size, _ in self._entries) or 1
        groups = list(self._groups(total))
        stops = [group[0][0] for group in groups[1:]]
        for group, stop in zip(groups, [*stops, None], strict=False):
            size = sum(size for _, size, _ in group)
            # Behind the last member there may be a damage, which the plan has on record already.
            part = Part(
                self._file, group[0][0], group[-1][0] + 1 if stop is None else stop, self._file.size * size // total
            )
            yield part, _counted(group)

    def _groups(self, total: int) -> Iterator[list[tuple[int, int, str]]]:
        is_tar = self._file.suffix == ".tar"
        most = sys.maxsize if is_tar and self._file.compression is None else _MOST_PARTS
        if is_tar and self._repeats:
            most = 1
        bytes_each, members_each = max(_PART_BYTES, total // most), max(_PART_MEMBERS, len(self._entries) // most)
        if most == 1:
            bytes_each = members_each = sys.maxsize
        group: list[tuple[int, int, str]] = []
        size = 0
        for entry in self._entries:
            if group and (size >= bytes_each or len(group) >= members_each):
                yield group
                group, size = [], 0
            group.append(entry)
            size += entry[1]
        if group:
            yield group


def _counted(group: Sequence[tuple[int, int, str]]) -> tuple[tuple[str, int, int], ...]:
    numbers: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for _, size, reader in group:
        numbers[reader] += 1
        sizes[reader] += size
    return tuple((reader, number, sizes[reader]) for reader, number in sorted(numbers.items()))
