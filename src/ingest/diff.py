"""Work out the edits between two texts when a step did not say what it did."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from ingest.document import Edit, Reason

__all__ = ["diff"]

# difflib is quadratic at worst; beyond this many pieces on a side one large edit is the honest answer.
MOST_PIECES = 5_000


def diff(before: str, after: str, reason: Reason) -> list[Edit]:
    """Give edits that make `after` out of `before`, all with the same reason.

    Lines are compared first, then the words inside changed lines. The result always replays; it is not
    always the shortest.
    """
    start, before_end, after_end = _trim(before, after)
    if start == before_end and start == after_end:
        return []
    edits: list[Edit] = []
    lines = _pieces(before[start:before_end], _LINE), _pieces(after[start:after_end], _LINE)
    for place, old, new in _changes(*lines):
        words = _pieces(old, _WORD), _pieces(new, _WORD)
        edits += [
            Edit(start + place + inner, start + place + inner + len(removed), reason, inserted)
            for inner, removed, inserted in _changes(*words)
        ]
    return edits


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def _pieces(text: str, pattern: re.Pattern[str]) -> list[str]:
    return pattern.findall(text)


def _trim(before: str, after: str) -> tuple[int, int, int]:
    """Give the start of the part that differs, and its end in each text."""
    start = _common(before, after)
    limit = min(len(before), len(after)) - start
    tail = _common(before[len(before) - limit :][::-1], after[len(after) - limit :][::-1]) if limit else 0
    return start, len(before) - tail, len(after) - tail


def _common(one: str, other: str) -> int:
    """Give the length of the common start, by halving: comparing slices is much faster than a loop."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Give place, old and new text of every stretch that differs."""
    if max(len(old), len(new)) > MOST_PIECES:
        yield 0, "".join(old), "".join(new)
        return
    places = [0]
    for piece in old:
        places.append(places[-1] + len(piece))
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield places[i1], "".join(old[i1:i2]), "".join(new[j1:j2])
