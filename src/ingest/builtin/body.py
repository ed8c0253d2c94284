"""Where the body of a flattened page is, as far as lines can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Layout", "is_sentence", "layout", "wrapped"]

_END = re.compile(r"""[.!?…。！？؟।۔][\s"'”’»)\]』」]*$|[:;]$""")
_INNER_END = re.compile(r"[^\W\d_]{2}[.!?]['\"”’»)]? +\S")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A line of prose: so many characters, fewer in scripts that put a syllable or a word into one.
PROSE_CHARS = 60
WIDE_PROSE_CHARS = 25
# Hard-wrapped prose: so many lines one after the other that are about as long as each other.
WRAPPED_LINES = 3
WRAPPED_CHARS = range(45, 101)
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
    running = [inside or is_sentence(line) for line, inside in zip(lines, in_paragraph, strict=True)]
    found = [index for index, verdict in enumerate(running) if verdict]
    start, stop = (found[0], found[-1] + 1) if found else (0, 0)
    return Layout(running, in_paragraph, start, stop)


def is_sentence(line: str) -> bool:
    """Say whether a line looks like running text: long enough and ended like a sentence."""
    stripped = line.strip()
    if len(stripped) < WIDE_PROSE_CHARS or _END.search(stripped[-20:]) is None:
        return False
    wide = len(_WIDE.findall(stripped[:200]))
    return len(stripped) >= PROSE_CHARS or wide * 2 > len(stripped[:200])


def wrapped(lines: Sequence[str]) -> list[bool]:
    """Say for each line whether it is part of a hard-wrapped paragraph."""
    verdicts = [False] * len(lines)
    start = 0
    while start < len(lines):
        end = _wrapped_run(lines, start)
        if end - start >= WRAPPED_LINES and _runs_on(lines[start : end + 1]):
            # The line behind the run is the short last one of its paragraph, if a sentence ends there.
            last = end + 1 if end < len(lines) and _END.search(lines[end].strip()[-20:]) else end
            verdicts[start:last] = [True] * (last - start)
        elif _continues(lines, start):
            verdicts[start : start + 2] = [True, True]
        start = max(end, start + 1)
    return verdicts


def _wrapped_run(lines: Sequence[str], start: int) -> int:
    """Give the end of the run of lines of about the same length that starts here."""
    shortest, longest = len(lines[start]), len(lines[start])
    end = start
    while end < len(lines) and len(lines[end]) in WRAPPED_CHARS:
        shortest, longest = min(shortest, len(lines[end])), max(longest, len(lines[end]))
        if longest - shortest > WRAPPED_SPREAD:
            break
        end += 1
    return end


def _continues(lines: Sequence[str], index: int) -> bool:
    """Say whether a sentence runs over the end of this line and to its own end in the next: a paragraph of two lines."""
    if len(lines[index]) not in WRAPPED_CHARS or index + 1 == len(lines) or _END.search(lines[index].strip()[-20:]):
        return False
    following = lines[index + 1].strip()
    return following[:1].islower() and _END.search(following[-20:]) is not None


def _runs_on(lines: Sequence[str]) -> bool:
    """Say whether sentences run over the ends of these lines, as they never do in a list of headlines."""
    if _INNER_END.search(" ".join(lines)) is None:
        return False
    following = [line.lstrip()[:1] for line in lines[1:] if line.strip()]
    return sum(not first.isupper() for first in following) >= RUN_ON_SHARE * len(following)
