"""Work out the edits between two texts when a step did not say what it did."""

from __future__ import annotations

import bisect
import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.document import Edit, Reason

__all__ = ["common", "diff", "once_in_each", "trimmed_edit"]

# difflib is cubic at worst: it only gets stretches of so few pieces, on both sides multiplied. Where longer ones have no
# piece in common that stands once in each, one large edit is the honest answer.
MOST_PAIRS = 2_500


def diff(before: str, after: str, reason: Reason) -> list[Edit]:
    """Give edits that make `after` out of `before`, all with the same reason.

    Lines are compared first, then the words inside changed lines. The result always replays; it is not
    always the shortest.
    """
    if before == after:
        return []
    if not before:
        return [Edit(0, 0, reason, after)]
    start, before_end, after_end = _whole_lines(before, *_trim(before, after))
    edits: list[Edit] = []
    lines = _pieces(before[start:before_end], _LINE), _pieces(after[start:after_end], _LINE)
    for place, old, new in _changes(*lines):
        words = _pieces(old, _WORD), _pieces(new, _WORD)
        edits += [trimmed_edit(start + place + inner, gone, came, reason) for inner, gone, came in _changes(*words)]
    return edits


def trimmed_edit(place: int, removed: str, inserted: str, reason: Reason) -> Edit:
    """Give the edit at a place without what both sides have in common: scripts without spaces have words as long as sentences."""
    head, end, inserted_end = _trim(removed, inserted)
    return Edit(place + head, place + end, reason, inserted[head:inserted_end])


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def _pieces(text: str, pattern: re.Pattern[str]) -> list[str]:
    return pattern.findall(text)


def _trim(before: str, after: str) -> tuple[int, int, int]:
    """Give the start of the part that differs, and its end in each text."""
    start = common(before, after)
    limit = min(len(before), len(after)) - start
    tail = common(before[len(before) - limit :][::-1], after[len(after) - limit :][::-1]) if limit else 0
    return start, len(before) - tail, len(after) - tail


def _whole_lines(before: str, start: int, before_end: int, after_end: int) -> tuple[int, int, int]:
    """Widen the part that differs to whole lines: a line that went is to be seen as that line."""
    start = before.rfind("\n", 0, start) + 1
    line_end = before.find("\n", before_end)
    grown = (len(before) if line_end < 0 else line_end + 1) - before_end
    return start, before_end + grown, after_end + grown


def common(one: str, other: str) -> int:
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
    places = [0]
    for piece in old:
        places.append(places[-1] + len(piece))
    for i1, i2, j1, j2 in _stretches(old, new):
        yield places[i1], "".join(old[i1:i2]), "".join(new[j1:j2])


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Give start and end, in `old` and in `new`, of the stretches that differ, in order.

    The pieces that stand once on each side divide the texts, and each part is divided again; what can't be divided any
    more goes to difflib if it is small.
    """
    pending = [(0, len(old), 0, len(new))]
    while pending:
        i1, i2, j1, j2 = pending.pop()
        while i1 < i2 and j1 < j2 and old[i1] == new[j1]:
            i1, j1 = i1 + 1, j1 + 1
        while i1 < i2 and j1 < j2 and old[i2 - 1] == new[j2 - 1]:
            i2, j2 = i2 - 1, j2 - 1
        if i1 == i2 or j1 == j2:
            if i1 < i2 or j1 < j2:
                yield i1, i2, j1, j2
        elif anchors := once_in_each(old[i1:i2], new[j1:j2]):
            ends = [(i1 + i, j1 + j) for i, j in anchors]
            starts = [(i1, j1), *((i + 1, j + 1) for i, j in ends)]
            parts = zip(starts, [*ends, (i2, j2)], strict=True)
            pending += reversed([(i, i_end, j, j_end) for (i, j), (i_end, j_end) in parts])
        elif (i2 - i1) * (j2 - j1) > MOST_PAIRS:
            yield i1, i2, j1, j2
        else:
            matcher = difflib.SequenceMatcher(None, old[i1:i2], new[j1:j2], autojunk=False)
            for tag, i, i_end, j, j_end in matcher.get_opcodes():
                if tag != "equal":
                    yield i1 + i, i1 + i_end, j1 + j, j1 + j_end


def once_in_each(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Give the places of pieces that stand once in each, as many as are in the same order: a patience diff."""
    old_counts, new_counts = Counter(old), Counter(new)
    places = {piece: place for place, piece in enumerate(new) if new_counts[piece] == 1}
    pairs = [(i, places[piece]) for i, piece in enumerate(old) if old_counts[piece] == 1 and piece in places]
    # The longest rising sequence of places in `new`: `last[n]` ends the best one of n + 1 pieces.
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        length = bisect.bisect_left(tops, j)
        before.append(last[length - 1] if length else -1)
        tops[length : length + 1] = [j]
        last[length : length + 1] = [index]
    chain: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
