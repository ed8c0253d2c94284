"""Where the body of a flattened page is, as far as lines can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Layout", "is_sentence", "layout", "wrapped"]

# What ends a sentence or leads on to the next line, and what may stand behind a stop: closing marks and white space.
_STOPS = frozenset(".!?…。！？؟।۔")
_COLONS = frozenset(":;")
_CLOSING = frozenset("'\"”’»)]』」")
_CLOSERS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "".join(sorted(_CLOSING))
# Looks from the stop backwards: there are far fewer stops than letters.
_INNER_END = re.compile(r"[.!?](?<=[^\W\d_]{2}.)['\"”’»)]? +\S")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A line of prose: so many characters, fewer in scripts that put a syllable or a word into one.
PROSE_CHARS = 60
WIDE_PROSE_CHARS = 25
# Hard-wrapped prose: so many lines one after the other that are about as long as each other.
WRAPPED_LINES = 3
SHORTEST_WRAPPED = 45
LONGEST_WRAPPED = 100
WRAPPED_SPREAD = 25
# Of those lines, the share that must not start with a capital; German and dialogue have many that do.
RUN_ON_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is laid out: its lines of prose, and where its body starts and stops."""

    prose: Sequence[bool]
    wrapped: Sequence[bool]
    start: int
    """Index of the first line of prose."""
    stop: int
    """Index behind the last line of prose; 0 if there is none."""


@lru_cache(maxsize=2)
def layout(text: str) -> Layout:
    """Give the layout of a text; kept for the next step, which most often sees the same text."""
    lines = text.split("\n")
    in_paragraph = wrapped(lines)
    prose = in_paragraph.copy()
    for index in [index for index, line in enumerate(lines) if len(line) >= WIDE_PROSE_CHARS]:
        prose[index] = prose[index] or is_sentence(lines[index])
    if True not in prose:
        return Layout(prose, in_paragraph, 0, 0)
    return Layout(prose, in_paragraph, prose.index(True), len(prose) - prose[::-1].index(True))


def is_sentence(line: str) -> bool:
    """Say whether a line looks like running text: long enough and ended like a sentence."""
    stripped = line.strip()
    if len(stripped) < WIDE_PROSE_CHARS or not _is_end(stripped):
        return False
    if len(stripped) >= PROSE_CHARS:
        return True
    return not stripped.isascii() and len(_WIDE.findall(stripped)) * 2 > len(stripped)


def wrapped(lines: Sequence[str]) -> list[bool]:
    """Say for each line whether it is part of a hard-wrapped paragraph."""
    verdicts = [False] * len(lines)
    end = 0
    for start in [index for index, line in enumerate(lines) if SHORTEST_WRAPPED <= len(line) <= LONGEST_WRAPPED]:
        if start < end:
            # In the run before.
            continue
        end = _wrapped_run(lines, start)
        if end - start >= WRAPPED_LINES and _runs_on(lines[start : end + 1]):
            # The line behind the run is the short last one of its paragraph, if a sentence ends there.
            last = end + 1 if end < len(lines) and _is_end(lines[end].strip()) else end
            verdicts[start:last] = [True] * (last - start)
        elif _continues(lines, start):
            verdicts[start : start + 2] = [True, True]
    return verdicts


def _is_end(stripped: str) -> bool:
    """Say whether a sentence, or what leads on to the next line, ends with this line."""
    last = stripped[-1:]
    if last not in _CLOSING:
        return last in _STOPS or last in _COLONS
    return stripped[-20:].rstrip(_CLOSERS)[-1:] in _STOPS


def _wrapped_run(lines: Sequence[str], start: int) -> int:
    """Give the end of the run of lines of about the same length that starts here, with a line of such a length."""
    shortest = longest = len(lines[start])
    for end in range(start + 1, len(lines)):
        length = len(lines[end])
        if not SHORTEST_WRAPPED <= length <= LONGEST_WRAPPED:
            return end
        shortest, longest = min(shortest, length), max(longest, length)
        if longest - shortest > WRAPPED_SPREAD:
            return end
    return len(lines)


def _continues(lines: Sequence[str], index: int) -> bool:
    """Say whether a sentence runs over the end of this line and to its own end in the next: a paragraph of two lines."""
    if index + 1 == len(lines):
        return False
    following = lines[index + 1].strip()
    return following[:1].islower() and _is_end(following) and not _is_end(lines[index].strip())


def _runs_on(lines: Sequence[str]) -> bool:
    """Say whether sentences run over the ends of these lines, as they never do in a list of headlines."""
    if _INNER_END.search(" ".join(lines)) is None:
        return False
    following = [line.lstrip()[:1] for line in lines[1:] if line.strip()]
    return sum(not first.isupper() for first in following) >= RUN_ON_SHARE * len(following)
