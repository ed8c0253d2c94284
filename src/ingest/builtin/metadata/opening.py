"""The lines that readers see around the headline and around the text: where bylines and dates stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.builtin.authors.names import fold

__all__ = ["Opening", "edges", "openings"]

Opening = tuple[list[str], list[str]]
"""The short lines behind a place, and those in front of it, the nearest first."""

# Lines in front of the headline and behind it, and how often a headline is looked for.
BEFORE = 3
BEHIND = 12
MOST_HEADLINES = 5
LONGEST_LINE = 160
# Most characters of a kicker in front of the title, and the shortest title that is told by its end alone.
LONGEST_KICKER = 60
SHORTEST_BEHIND_KICKER = 20
# The shortest line of a text that stands nowhere else in its page, lines in front of the first such line, behind it, and
# behind the last one.
SHORTEST = 60
ABOVE, UNDER, END = 6, 2, 3


def openings(lines: Sequence[str], title: str) -> Iterator[Opening]:
    """Give the lines around the headline, for each place where it stands.

    A page shows its headline in crumbs and menus as well, so the first place need not be the right one.
    """
    wanted = fold(title)
    if not wanted:
        return
    places = (index for index, line in enumerate(lines) if _shows(line, title, wanted))
    for _, index in zip(range(MOST_HEADLINES), places, strict=False):
        yield _around(lines, index, BEFORE, BEHIND)


def _shows(line: str, title: str, wanted: str) -> bool:
    """Say whether a line is the title, or ends with it behind a kicker."""
    longer = len(line) - len(title)
    if abs(longer) <= 10 and fold(line) == wanted:
        return True
    return 0 < longer <= LONGEST_KICKER and line.endswith(title) and len(title) >= SHORTEST_BEHIND_KICKER


def edges(lines: Sequence[str], text: str) -> Iterator[Opening]:
    """Give the lines around the first long line of a text and behind the last one."""
    shown = (" ".join(line.split()) for line in text.split("\n"))
    long = [line for line in shown if len(line) >= SHORTEST]
    for line, before, behind in zip(long[:1] + long[-1:], (ABOVE, 0), (UNDER, END), strict=False):
        if line in lines:
            yield _around(lines, lines.index(line), before, behind)


def _around(lines: Sequence[str], index: int, before: int, behind: int) -> Opening:
    following = [line for line in lines[index + 1 : index + 1 + behind] if len(line) <= LONGEST_LINE]
    preceding = [line for line in lines[max(0, index - before) : index] if len(line) <= LONGEST_LINE]
    return following, preceding[::-1]
