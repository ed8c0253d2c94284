"""The line under a headline that says who wrote it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.builtin.authors.names import fold, is_name, split_names, without_lead
from ingest.builtin.authors.words import WRITERS

__all__ = ["Byline", "dated_names", "find_bylines", "is_thread", "of_one", "unglued"]

# Lines, blank ones left out, above the body, and the longest of them that can be a byline.
HEAD_LINES = 12
LINES_UNDER = 4
LONGEST = 160
# The longest line that holds nothing but a date, an author and perhaps a section.
LONGEST_DATED = 100
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\b\d{1,2}(?:st|nd|rd|th|er|º)?\.?\s(?:de\s)?[^\W\d_]{3,10}\.?,?\s(?:de\s)?\d{4}"
    r"|\b[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}"
)
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?(?:uhr|am|pm|a\.m\.|p\.m\.|h)\b)?", re.IGNORECASE)
_BY_INSIDE = re.compile(r"(?<![-\w])(?:by|von|par|por|door)\s+(?=[^\W\d_])", re.IGNORECASE)
# A handle right behind the name: "By Dana Whitlock@quayside".
_GLUED_HANDLE = re.compile(r"(?<=[^\W\d_])@(?=\w{2,15}(?:\s|$))")
# Bylines with a date, among so much of the running text, that make a thread or a list of posts.
POSTS = 3
THREAD_SHARE = 0.7
_ALONE = re.compile(
    r"(?:(?:written |posted |words )?by|von|par|por|di|door|autor(?:in)?|author|автор)\s*:?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Byline:
    """A line that names authors; one with a job title only has no names."""

    line: int
    names: tuple[str, ...]


def find_bylines(lines: Sequence[str], body: int, known: Collection[str], following: int = 0) -> list[Byline]:
    """Find the bylines above the body, or behind its first line, which may be a standfirst.

    Args:
        lines: the lines of the text.
        body: index of the first line of running text.
        known: names of authors that something else has told, such as the markup or an author box. A line that is
            nothing but such a name is a byline as well.
        following: index of the second line of running text.
    """
    above = [index for index in range(body) if lines[index].strip()][-HEAD_LINES:]
    if found := _bylines_among(lines, above, known):
        return found
    under = [index for index in range(body + 1, following) if lines[index].strip()][:LINES_UNDER]
    return of_one(_bylines_among(lines, under, known))


def of_one(bylines: list[Byline]) -> list[Byline]:
    """Give the bylines unless several name different people, as the teasers of other texts do."""
    return bylines if len({one.names for one in bylines if one.names}) == 1 else []


def _bylines_among(lines: Sequence[str], shown: Sequence[int], known: Collection[str]) -> list[Byline]:
    found: list[Byline] = []
    for place, index in enumerate(shown):
        line = lines[index].strip()
        following = lines[shown[place + 1]].strip() if place + 1 < len(shown) else ""
        if _ALONE.fullmatch(line) and (names := tuple(split_names(following, listed=False))):
            found += [Byline(index, ()), Byline(shown[place + 1], names)]
        elif found and found[-1].line == index:
            continue
        elif names := _names(line, following, known):
            found.append(Byline(index, names))
        elif place and found and found[-1].line == shown[place - 1] and _is_job(line):
            found.append(Byline(index, ()))
    return found


def unglued(line: str) -> str:
    """Give the line with a space in front of a handle that is glued to a name."""
    return _GLUED_HANDLE.sub(" @", line) if "@" in line else line


def is_thread(lines: Sequence[str], running: Sequence[bool]) -> bool:
    """Say whether posts follow each other, each with who wrote it and when: nobody wrote all of that.

    The teasers at the foot of an article have dated bylines as well, but most of the running text stands above them.
    """
    most = THREAD_SHARE * sum(running)
    posts = above = last = 0
    for line, verdict in zip(lines, running, strict=True):
        above += verdict
        if above > most:
            break
        if not verdict and (above > last or not posts) and _is_dated_byline(line.strip()):
            posts += 1
            last = above
    return posts >= POSTS


def _is_dated_byline(line: str) -> bool:
    if not 8 <= len(line) <= LONGEST_DATED or _DATE.search(line) is None:
        return False
    return without_lead(line) is not None or _BY_INSIDE.search(line) is not None


def dated_names(line: str) -> list[str]:
    """Give the names in a short line that also has a date, such as `3 May 2023 | Dana Whitlock`.

    Names of sections look like names, so this is for where nothing better is known.
    """
    if len(line) > LONGEST_DATED or not _DATE.search(line):
        return []
    rest = _TIME.sub("|", _DATE.sub("|", line))
    pieces = [piece for piece in (part.strip() for part in re.split(r"[|•·,/()]|\s[-–—]\s", rest)) if piece]
    return split_names(pieces[0]) if len(pieces) == 1 and is_name(pieces[0]) else []


def _names(line: str, following: str, known: Collection[str]) -> tuple[str, ...]:
    """Give the names if the line is a byline."""
    line = unglued(line)
    if len(line) > LONGEST or line.endswith(("?", "!")):
        return ()
    if without_lead(line) is not None:
        return tuple(split_names(line, listed=False))
    folded = {fold(name) for name in known}
    if fold(line) in folded or (is_name(line) and _is_job(following)):
        return tuple(split_names(line))
    if len(line) <= LONGEST_DATED and _DATE.search(line) and (by := _BY_INSIDE.search(line)):
        return tuple(split_names(_TIME.sub("|", _DATE.sub("|", line[by.end() :])), listed=False))
    return ()


def _is_job(line: str) -> bool:
    """Say whether the line is a job title, such as `Staff Writer`, and nothing else."""
    words = fold(line[:LONGEST]).split()
    return 0 < len(words) <= 4 and words[-1] in WRITERS and not line.endswith((".", ":"))
