"""The line under a headline that says who wrote it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.builtin.authors.names import fold, is_name, split_names, without_lead
from ingest.builtin.authors.words import JOBS

__all__ = ["Byline", "find_bylines"]

# Lines, blank ones left out, above the body, and the longest of them that can be a byline.
HEAD_LINES = 12
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Byline:
    """A line that names authors; one with a job title only has no names."""

    line: int
    names: tuple[str, ...]


def find_bylines(lines: Sequence[str], body: int, known: Collection[str]) -> list[Byline]:
    """Find the bylines above the body.

    Args:
        lines: the lines of the text.
        body: index of the first line of running text.
        known: names of authors that something else has told, such as the markup or an author box. A line that is
            nothing but such a name is a byline as well.
    """
    shown = [index for index in range(body) if lines[index].strip()][:HEAD_LINES]
    found: list[Byline] = []
    for place, index in enumerate(shown):
        line = lines[index].strip()
        following = lines[shown[place + 1]].strip() if place + 1 < len(shown) else ""
        if names := _names(line, following, known):
            found.append(Byline(index, names))
        elif found and found[-1].line == shown[place - 1] and _is_job(line):
            found.append(Byline(index, ()))
    return found


def _names(line: str, following: str, known: Collection[str]) -> tuple[str, ...]:
    """Give the names if the line is a byline."""
    if len(line) > LONGEST or line.endswith(("?", "!")):
        return ()
    if without_lead(line) is not None:
        return tuple(split_names(line, listed=False))
    folded = {fold(name) for name in known}
    if fold(line) in folded or (is_name(line) and _is_job(following)):
        return tuple(split_names(line))
    return ()


def _is_job(line: str) -> bool:
    """Say whether the line is a job title, such as `Staff Writer`, and nothing else."""
    words = fold(line).split()
    return 0 < len(words) <= 5 and words[-1] in JOBS and all(len(word) < 20 for word in words)
