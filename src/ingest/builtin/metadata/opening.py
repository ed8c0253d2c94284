"""The lines that readers see around the headline: where bylines and dates stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.builtin.authors.names import fold

__all__ = ["Opening", "openings"]

Opening = tuple[list[str], list[str]]
"""The short lines behind a headline, and those in front of it, the nearest first."""

# Lines in front of the headline and behind it, and how often a headline is looked for.
BEFORE = 3
BEHIND = 12
MOST_HEADLINES = 5
LONGEST_LINE = 160


def openings(lines: Sequence[str], title: str) -> Iterator[Opening]:
    """Give the lines around the headline, for each place where it stands.

    A page shows its headline in crumbs and menus as well, so the first place need not be the right one.
    """
    wanted = fold(title)
    if not wanted:
        return
    places = (index for index, line in enumerate(lines) if abs(len(line) - len(title)) <= 10 and fold(line) == wanted)
    for _, index in zip(range(MOST_HEADLINES), places, strict=False):
        behind = [line for line in lines[index + 1 : index + 1 + BEHIND] if len(line) <= LONGEST_LINE]
        before = [line for line in lines[max(0, index - BEFORE) : index] if len(line) <= LONGEST_LINE]
        yield behind, before[::-1]
