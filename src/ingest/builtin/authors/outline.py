"""Where the body of a text stands among menus, teasers and comments, told cheaply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice

__all__ = ["Outline", "outline"]

# A line of prose ends like a sentence and has so many characters, fewer in scripts without spaces.
PROSE_CHARS = 60
WIDE_CHARS = 25
WRAPPED_CHARS = 45
# In scripts without spaces a space comes after so many characters or more.
WIDE_WORD = 20
# The body is the run of lines of the largest sum, where a line of prose counts for its length in words and every line
# costs something: Pasternack and Roth, "Extracting Article Text from the Web with Maximum Subsequence Segmentation"
# (2009), with the refinement that a line that is no sentence never counts for the body.
WORD_CHARS = 6
WIDE_WORD_CHARS = 2
COST = 8.0
UNFINISHED = -2.0
# The first run of so much of the largest sum is the body: comments can be longer than what they are about.
FIRST_SHARE = 0.5
# What a line of each length costs that is no prose; a blank one costs nothing.
_COSTS = [0.0, *(min(UNFINISHED, size / WORD_CHARS - COST) for size in range(1, PROSE_CHARS))]
_ENDS = frozenset(".!?…。！？؟।۔:;")
_CLOSING = " \"'”’»)]』」"


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a text, stripped, and which of them are the body."""

    lines: list[str]
    prose: list[bool]
    """Which lines are running text."""
    start: int
    """Index of the first line of the body, which is one of prose."""
    stop: int
    """Index behind the last line of the body; 0 if there is no prose."""

    def above(self, index: int, most: int) -> list[int]:
        """Give the last lines above a place that aren't blank, from top to bottom."""
        return list(islice((place for place in range(index - 1, -1, -1) if self.lines[place]), most))[::-1]

    def below(self, index: int, most: int) -> Iterator[int]:
        """Give the next lines below a place that aren't blank."""
        return islice((place for place in range(index + 1, len(self.lines)) if self.lines[place]), most)

    def share_above(self, index: int) -> float:
        """Give how much of the body's prose stands above a place."""
        inside = self.prose[self.start : self.stop]
        return sum(inside[: max(0, index - self.start)]) / max(1, sum(inside))


def outline(text: str) -> Outline:
    """Give the outline of a text."""
    lines = [line.strip() for line in text.split("\n")]
    sizes = list(map(len, lines))
    prose = [False] * len(lines)
    # What all lines cost up to each one, as if none of them were prose.
    spent = list(accumulate([_COSTS[size] if size < PROSE_CHARS else UNFINISHED for size in sizes], initial=0.0))
    shortest = WRAPPED_CHARS if text.isascii() else WIDE_CHARS
    runs = [(0.0, 0, 0)]
    current = 0.0
    previous = -1
    for index in [index for index, size in enumerate(sizes) if size >= shortest]:
        line = lines[index]
        if not _is_prose(line, sizes[index], lines, index):
            continue
        prose[index] = True
        current += spent[index] - spent[previous + 1]
        if current <= 0:
            current = 0.0
            runs.append((0.0, index, index))
        current += _worth(line)
        previous = index
        best, start, _ = runs[-1]
        if current > best:
            runs[-1] = (current, start, index + 1)
    enough = FIRST_SHARE * max(runs)[0]
    _, start, stop = next(run for run in runs if run[0] >= enough)
    return Outline(lines, prose, start, stop)


def _is_prose(line: str, size: int, lines: list[str], index: int) -> bool:
    if line[-1] in _ENDS or line.rstrip(_CLOSING)[-1:] in _ENDS:
        return size >= PROSE_CHARS or (not line.isascii() and line.count(" ") * WIDE_WORD < size)
    # A line that goes on in the next one, as wrapped paragraphs do.
    return size >= WRAPPED_CHARS and index + 1 < len(lines) and lines[index + 1][:1].islower()


def _worth(line: str) -> float:
    """Give what a line of prose counts for the body; always something."""
    wide = not line.isascii() and line.count(" ") * WIDE_WORD < len(line)
    return max(1.0, len(line) / (WIDE_WORD_CHARS if wide else WORD_CHARS) - COST)
