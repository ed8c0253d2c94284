"""The line near a headline that says who wrote the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ingest.builtin.authors.names import fold, is_name, split_names, without_lead
from ingest.builtin.authors.outline import Outline
from ingest.builtin.authors.words import LEADS, WRITERS

__all__ = ["Byline", "bylines_among", "dated_names", "find_bylines", "is_dated", "is_thread", "unglued"]

# Lines, blank ones left out, above the body, and the longest of them that can be a byline.
HEAD_LINES = 20
LONGEST = 160
# A bare name stands so near.
BARE_LINES = 12
# So many lines of prose may stand above a byline, which are a standfirst or a notice, and so many others among them.
STANDFIRST = 2
LINES_UNDER = 8
# If there is no byline so near, one that says what it is may stand in so much of the body's prose, below what a page
# shows above an article.
DEEPEST = 0.4
# The longest line that holds nothing but a date, an author and perhaps a section.
LONGEST_DATED = 100
LONGEST_NAME = 60
SHORT_DATE = 30
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th|er|º)?\.?\s(?:de\s)?[^\W\d_]{3,10}\.?,?\s(?:de\s|del\s)?\d{4}"
    r"|(?<![^\W\d_])[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}"
)
_TIME = re.compile(r"\b\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?(?:uhr|am|pm|a\.m\.|p\.m\.|h)\b)?", re.IGNORECASE)
# Whoever took a photo or painted didn't write the text; "avatar photo" is the description of the author's own picture.
_BY_INSIDE = re.compile(
    r"(?<![-\w])(?<!(?<!avatar )photo )(?<!photos )(?<!image )(?<!foto )(?<!painting )(?<!drawing )(?<!gemälde )"
    r"(?<!illustration )(?<!illustrated )(?<!translated )(?<!edited )(?<!reviewed )(?<!directed )(?<!composed )(?:by|von|par|por|door)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
# Where tags have gone: "5 min readWritten by Dana Whitlock".
_GLUED_LEAD = re.compile(r"(?<=[a-z\d])(?=(?:Written|Posted|Published) [Bb]y [^\W\d_])")
# A handle right behind the name: "By Dana Whitlock@quayside".
_GLUED_HANDLE = re.compile(r"(?<=[^\W\d_])@(?=\w{2,15}(?:\s|$))")
# A number right behind the name: "By Dana Whitlock22 Dec 2016".
_GLUED_NUMBER = re.compile(r"(?<=[^\W\d_]{2})(?=\d)")
_PIECES = re.compile(
    r"[|•·⋅,/()»]|\s[-–—]\s|\b(?:schreibe? einen kommentar|leave a (?:comment|reply)|(?:no|keine|sin|aucun) (?:comments?|kommentare?"
    r"|comentarios|commentaire)|comments?|kommentare?)\b",
    re.IGNORECASE,
)
# What counters and labels stand beside the author: "91 comments", "5 min read".
_COUNTER = re.compile(r"\d")
# Bylines with a date, among so much of the running text, that make a thread or a list of posts.
POSTS = 3
THREAD_SHARE = 0.7
_ALONE = re.compile(
    r"(?:(?:written |posted |published |words |story |article )?by|von|par|por|di|door|autor(?:in)?|auteur|autore|author"
    r"|автор|текст|作者|texto?|tekst|geschrieben von|escrito por|scritto da|écrit par|verfasst von)\s*:?",
    re.IGNORECASE,
)
_AND = re.compile(r"and|und|et|y|e|i|en|och|og|и|&|,|\+", re.IGNORECASE)
# What describes the picture of the person whose name follows or stands in front.
_PICTURE = re.compile(
    r"(?:['’]s)?\s+(?:avatar|image|photo|picture|profile pic(?:ture)?|headshot|gravatar|bild|foto)$|^(?:image|photo|picture|headshot"
    r"|bild|foto|avatar) (?:of|for|von|de) ",
    re.IGNORECASE,
)
# Over the names of people who did not write the text.
_OTHER_WORK = re.compile(
    r"\b(?:reviewed|checked|edited|approved|photos?|photography|illustrat\w+|translated|geprüft|übersetzt|fotos?|redigiert|revisado"
    r"|relu|rivisto)(?: (?:by|von|por|par|da))?\s*:?$",
    re.IGNORECASE,
)
# How a line ends that addresses somebody: "Dear Winifred,".
_ADDRESSED = (",", "!", ":", "，", "、", "،")
_BULLETS = " •*·|>–—-\t"
_INSIDE = re.compile(r"(?:[BbVvPp](?:[Yy]|on|ar|or)|door) ")


@dataclass(frozen=True, slots=True)
class Byline:
    """A line that names authors; one with a job title only has no names."""

    line: int
    names: tuple[str, ...]


def find_bylines(page: Outline, known: Collection[str]) -> list[Byline]:
    """Find the bylines above the body, or in its first lines, where a standfirst stands above them.

    A byline nearer to the body counts more than those of teasers above it, and one that says what it is ("By") more than
    a bare name that is only shown by a date, a job or a picture beside it.

    Args:
        page: the outline of the text.
        known: names of authors that something else has told, such as the markup or an author box. A line that is
            nothing but such a name is a byline as well.
    """
    above, under = page.above(page.start, HEAD_LINES), list(_opening(page))
    told = _nearest(page, bylines_among(page.lines, above, known))
    if known:
        return told or _of_one(bylines_among(page.lines, under, known))
    shown = _bare_names(page, above[-BARE_LINES:])
    if told and shown and shown[-1].line > told[-1].line + 2 and not _names_of(shown) <= _names_of(told):
        return shown
    return (
        told
        or shown
        or _of_one(bylines_among(page.lines, under, known))
        or _bare_names(page, under, pictured=False)
        or _of_one(bylines_among(page.lines, _deep(page), known))
    )


def _names_of(bylines: Sequence[Byline]) -> set[str]:
    return {name for byline in bylines for name in byline.names}


def _opening(page: Outline) -> Iterator[int]:
    """Give the first lines of the body that are no prose."""
    passed = others = 0
    for index in range(page.start, page.stop):
        if page.prose[index]:
            passed += 1
        elif page.lines[index]:
            others += 1
            yield index
        if passed > STANDFIRST or others == LINES_UNDER:
            return


def _deep(page: Outline) -> list[int]:
    """Give the lines of the first part of the body that are no prose and may begin as bylines do."""
    most = DEEPEST * sum(page.prose[page.start : page.stop])
    passed = 0
    found: list[int] = []
    for index in range(page.start, page.stop):
        passed += page.prose[index]
        if passed > most:
            break
        if not page.prose[index] and _may_lead(page.lines[index]):
            found += [index, *page.below(index, 2)]
    return sorted(set(found))


def _of_one(bylines: list[Byline]) -> list[Byline]:
    """Give the bylines unless several name different people, as the teasers of other texts do."""
    return bylines if len({one.names for one in bylines if one.names}) == 1 else []


def _nearest(page: Outline, bylines: list[Byline]) -> list[Byline]:
    """Give the bylines of the text among those of teasers above it: the last ones, if nothing like a headline follows."""
    groups: list[list[Byline]] = []
    for byline in bylines:
        if groups and not any(page.lines[index] for index in range(groups[-1][-1].line + 1, byline.line)):
            groups[-1].append(byline)
        else:
            groups.append([byline])
    if len({tuple(one.names for one in group if one.names) for group in groups}) <= 1:
        return bylines
    following = (page.lines[index] for index in range(groups[-1][-1].line + 1, page.start))
    return groups[-1] if all(" " not in line or _COUNTER.search(line) for line in following) else []


def bylines_among(lines: Sequence[str], shown: Sequence[int], known: Collection[str]) -> list[Byline]:
    """Find the bylines that say what they are among some of the lines."""
    found: list[Byline] = []
    taken = -1
    for place, index in enumerate(shown):
        if index <= taken:
            continue
        line = lines[index].strip(_BULLETS)
        following = lines[shown[place + 1]].strip() if place + 1 < len(shown) else ""
        if _ALONE.fullmatch(line) and (listed := _listed(lines, shown[place + 1 :])):
            found += [Byline(index, ()), *listed]
            taken = listed[-1].line
        elif names := _names(line, following, known):
            found.append(Byline(index, names))
        elif place and found and found[-1].line == shown[place - 1] and _is_job(line):
            found.append(Byline(index, ()))
    return found


def _listed(lines: Sequence[str], shown: Sequence[int]) -> list[Byline]:
    """Give the lines with names under a "By" that stands alone, joined by "and" in lines of their own."""
    found: list[Byline] = []
    wanted = True
    for index in shown:
        line = lines[index].strip(_BULLETS)
        if _AND.fullmatch(line) and found:
            found.append(Byline(index, ()))
            wanted = True
            continue
        names = (
            tuple(split_names(_spaced(_without_date(line)), listed=False)) if wanted and len(line) <= LONGEST else ()
        )
        if not names:
            break
        if not (found and found[-1].names == names):
            found.append(Byline(index, names))
        wanted = _PICTURE.search(line) is not None
    while found and not found[-1].names:
        found.pop()
    return found


def unglued(line: str) -> str:
    """Give the line with a space in front of a handle that is glued to a name."""
    return _GLUED_HANDLE.sub(" @", line) if "@" in line else line


def _spaced(line: str) -> str:
    return _GLUED_NUMBER.sub(" ", _PICTURE.sub("", line))


def is_thread(page: Outline) -> bool:
    """Say whether posts follow each other, each with who wrote it and when: nobody wrote all of that.

    The teasers at the foot of an article have dated bylines as well, but most of the running text stands above them.
    """
    most = THREAD_SHARE * sum(page.prose)
    posts = above = last = 0
    for line, verdict in zip(page.lines, page.prose, strict=True):
        above += verdict
        if above > most:
            break
        if not verdict and 8 <= len(line) <= LONGEST_DATED and (above > last or not posts) and _is_dated_byline(line):
            posts += 1
            last = above
    return posts >= POSTS


def _is_dated_byline(line: str) -> bool:
    if not is_dated(line):
        return False
    return without_lead(line) is not None or _BY_INSIDE.search(line) is not None or bool(dated_names(_spaced(line)))


def is_dated(line: str) -> bool:
    """Say whether a line holds a date."""
    return _COUNTER.search(line) is not None and _DATE.search(line) is not None


def dated_names(line: str) -> list[str]:
    """Give the names in a short line that also has a date, such as `3 May 2023 | Dana Whitlock`.

    Names of sections look like names, so this is for where nothing better is known.
    """
    if len(line) > LONGEST_DATED or not is_dated(line):
        return []
    pieces = [piece for part in _PIECES.split(_without_date(line)) if (piece := part.strip())]
    pieces = [piece for piece in pieces if not _COUNTER.search(piece)]
    return split_names(pieces[0]) if len(pieces) == 1 and is_name(pieces[0]) else []


def _without_date(line: str) -> str:
    return _TIME.sub("|", _DATE.sub("|", line)) if _COUNTER.search(line) else line


def _may_lead(line: str) -> bool:
    """Say whether a line may begin with "By" and the like, or hold it: cheap, and true of all that do."""
    if len(line) > LONGEST or not line:
        return False
    first = line.lstrip(_BULLETS).partition(" ")[0]
    return (
        first.rstrip(":：").lower() in LEADS
        or first[:2] in ("By", "by", "BY")
        or not (first.isascii() or first[:1].isupper())
        or _INSIDE.search(line) is not None
    )


def _names(line: str, following: str, known: Collection[str]) -> tuple[str, ...]:
    """Give the names if the line is a byline."""
    if len(line) > LONGEST or line.endswith(("?", "!")):
        return ()
    if known and len(line) <= LONGEST_NAME and fold(line) in {fold(name) for name in known}:
        return tuple(split_names(line))
    if following and _is_job(following) and is_name(line):
        return tuple(split_names(line))
    return _told_names(unglued(line)) if _may_lead(line) else ()


def _told_names(line: str) -> tuple[str, ...]:
    """Give the names in a line that begins with "By" and the like, or has it beside a date."""
    if (glued := _GLUED_LEAD.search(line)) is not None:
        line = line[glued.end() :]
    if without_lead(line) is not None:
        return tuple(split_names(_spaced(line), listed=False))
    if len(line) > LONGEST_DATED or not is_dated(line):
        return ()
    if by := _BY_INSIDE.search(line):
        return tuple(split_names(_without_date(line[by.end() :]), listed=False))
    rest = _without_date(line).strip(" |,·•")
    return tuple(split_names(rest, listed=False)) if without_lead(rest) is not None else ()


def _bare_names(page: Outline, shown: Sequence[int], *, pictured: bool = True) -> list[Byline]:
    """Give the line nearest to the body that is a name, with something beside it that shows it to be the author's.

    Args:
        page: the outline of the text.
        shown: the lines to look at.
        pictured: a picture of that person is enough; inside the body those of others are described as well.
    """
    for place in range(len(shown) - 1, -1, -1):
        index = shown[place]
        line = page.lines[index].strip(_BULLETS)
        if not 4 <= len(line) <= LONGEST_DATED or page.prose[index]:
            continue
        if dated := dated_names(line):
            return [Byline(index, tuple(dated))]
        if " " not in line or len(line) > LONGEST_NAME:
            continue
        before = page.lines[shown[place - 1]] if place else ""
        behind = next((page.lines[below] for below in page.below(index, 1)), "")
        if any(_OTHER_WORK.search(page.lines[other]) for other in shown[max(0, place - 2) : place]):
            continue
        if not (
            (pictured and _is_pictured(line, before))
            or (line[0].isupper() and _is_beside_date(page, before, behind) and not _is_letter(page, index))
        ):
            continue
        if is_name(line) and (names := split_names(line)):
            same = [Byline(shown[place - 1], ())] if before == line else []
            return [*same, Byline(index, tuple(names))]
    return []


def _is_pictured(line: str, before: str) -> bool:
    """Say whether a line that may be a name stands under itself or the description of a picture of that person."""
    return before == line or (len(before) <= LONGEST and line in before and _PICTURE.search(before) is not None)


def _is_beside_date(page: Outline, before: str, behind: str) -> bool:
    """Say whether a line stands on top of a date and little else, or between a date and the body."""
    if len(behind) <= LONGEST_NAME and is_dated(behind):
        return not any(mark in behind for mark in "|•·")
    return len(before) <= SHORT_DATE and is_dated(before) and behind == page.lines[page.start]


def _is_letter(page: Outline, index: int) -> bool:
    """Say whether a line stands in the head of a letter: somebody is addressed between it and the body."""
    return any(page.lines[place].endswith(_ADDRESSED) for place in range(index + 1, page.start))


def _is_job(line: str) -> bool:
    """Say whether the line is a job title, such as `Staff Writer`, and nothing else."""
    if len(line) > LONGEST_NAME or line.endswith((".", ":")) or line.count(" ") > 3:
        return False
    last = line.rpartition(" ")[2]
    return (last.lower() if last.isascii() else fold(last)) in WRITERS
