"""Where the boxes about authors stand: at the edge of the body, under a heading, behind comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.builtin.authors.bio import (
    LONGEST,
    Bio,
    gives_contacts,
    goes_on_about,
    has_job,
    has_writer,
    known_subjects,
    owners,
    strangers,
)
from ingest.builtin.authors.contacts import Contact, belongs, belongs_wholly, find_contacts
from ingest.builtin.authors.names import fold, is_name, split_names
from ingest.builtin.authors.outline import Outline
from ingest.builtin.authors.words import NOT_NAMES

__all__ = ["box_under", "boxes_at_addresses", "contact_boxes", "find_boxes"]

LONGEST_HEADING = 60
LONGEST_JOB = 100
LONGEST_LABEL = 40
LONGEST_PARTICLE = 3
# Share of the body that must stand above a box under a bare name; speakers' names stand alone as well.
SHARE_ABOVE = 0.5
# How far from the end of the body the box of somebody stands whom nothing else names: lines of prose from its end, and
# lines behind it, blank ones left out.
LAST_PROSE = 3
LINES_BEHIND = 8
# A box of a known author that begins with the name must say at once who that is where more prose than this follows.
MOST_BEHIND = 4
# Over how many lines a box can be wrapped, how long such lines are, and how many lines it can have under its heading.
WRAPPED_LINES = 6
WRAPPED_CHARS = range(40, 101)
LINES_UNDER = 6
_SENTENCE_END = re.compile(r"""[.!?…。！？।][\s"'”’»)]*$""")
_ABOUT = re.compile(
    r"(?:about (?:the |our )?authors?|(?:the )?author(?: bio)?|author profile|(?:article |story |post )?(?:written|published) by"
    r"|über (?:den|die) autor(?:in)?(?: ?/ ?(?:den|die) autorin)?|zur person|autor(?:in)?"
    r"|[àa] propos de l['’]aut(?:eure?|rice)|sobre (?:el autor|la autora|o autor|a autora)|(?:l['’])?autore|sull['’]aut(?:ore|rice)"
    r"|over de auteur|o autor(?:ze|ce)|об авторе|yazar hakkında|om (?:författaren|forfatteren)|автор|作者|執筆者|この記事を書いた人)"
    r"\s*[:：]?",
    re.IGNORECASE,
)
# Words in front of a name that are no part of one.
_OPENINGS = frozenset(("About", "Contact", "The", "By", "Über"))
_ABOUT_NAME = re.compile(r"(?:about|über|à propos de|sobre|over|om|written by|von|by)\s+(?=[^\W\d_])", re.IGNORECASE)
_CORRESPONDENCE = re.compile(
    r"(?:corresponding author|author for correspondence|korrespondenzautor(?:in)?|auteur correspondant|autor de correspondencia)\s*:?",
    re.IGNORECASE,
)
LINES_OF_ADDRESS = 12
# Lines above the text of a paper in which that may stand.
LINES_OF_PAPER = 30
# Lines above an address in which the box of a stranger can begin.
LINES_ABOVE = 4
# What stands at the foot of pages although it is running text.
_FOOT = ("©", "(c) ", "copyright", "rights reserved", "newsletter", "subscri", "sign up", "cookie", "privacy", "advertis", "donat", "abonn", "inscri", "suscri", "datenschutz", "alle rechte", "tous droits", "derechos", "подпи")  # fmt: skip
_ABOUT_WORDS = frozenset(
    "about author the article story post written published zur autor autorin a sobre l'autore autore l'autrice sull'autore "
    "over o yazar om von by corresponding auteur korrespondenzautor korrespondenzautorin".split()
)
# First letters of those headings; a test that costs nothing for most lines.
_ABOUT_STARTS = frozenset("aAtTwWpPsSüÜzZàÀlLoOоОyYаАvVbBcCkK作執こ")


def find_boxes(page: Outline, known: Sequence[str]) -> list[Bio]:
    """Find the author boxes; what else stands on the page, above or behind them, doesn't matter.

    The box of a known author begins with the name or stands under it. That of anybody stands under a heading such as
    "About the author", or, where no author is known, at the edge of the body.
    """
    found = [*_of_known(page, known), *_under_headings(page, known)]
    if not known and not found:
        found = _at_edge(page)
    return [_with_contact_lines(page, bio) for bio in apart(found)]


def apart(bios: Sequence[Bio]) -> list[Bio]:
    """Give the boxes in order; of those that overlap, the one that starts first and is longest."""
    result: list[Bio] = []
    for bio in sorted(bios, key=lambda bio: (bio.first, -bio.last)):
        if not result or bio.first > result[-1].last:
            result.append(bio)
    return result


def _of_known(page: Outline, known: Sequence[str]) -> Iterator[Bio]:
    for name in known:
        # A name of one word is no name of a person among comments.
        if " " not in name and name.isascii():
            continue
        last = name.split()[-1]
        capitals = last.upper()
        for index in [index for index, line in enumerate(page.lines) if last in line or capitals in line]:
            if index > page.start and len(page.lines[index]) <= LONGEST:
                bio = _of_author(page, index, name, known)
                if bio is not None:
                    yield bio


def _of_author(page: Outline, index: int, name: str, known: Sequence[str]) -> Bio | None:
    """Give the box that begins in a line that may name an author."""
    above = page.share_above(index)
    if len(page.lines[index]) <= LONGEST_HEADING and fold(page.lines[index]) == fold(name):
        return _under_name(page, index, name) if above >= SHARE_ABOVE else None
    behind = sum(page.prose[index + 1 : page.stop])
    last = _last_of_wrapped(page, index, known)
    text = _joined(page, index, last)
    if above < SHARE_ABOVE or len(text) > LONGEST:
        return None
    names = known_subjects(text, known, plainly=behind > MOST_BEHIND)
    return Bio(index, last, text, names, tuple(find_contacts(text))) if names else None


def _last_of_wrapped(page: Outline, index: int, known: Sequence[str] = ()) -> int:
    """Give the last line of a paragraph that is wrapped over lines, the first one if it is not."""
    last = index
    while last - index < WRAPPED_LINES - 1 and last + 1 < len(page.lines) and _goes_on(page, last):
        if any(page.lines[last + 1].startswith(name) for name in known):
            break
        last += 1
    return last


def _first_of_wrapped(page: Outline, index: int) -> int:
    first = index
    while (
        first > page.start and index - first < WRAPPED_LINES - 1 and page.lines[first - 1] and _goes_on(page, first - 1)
    ):
        first -= 1
    return first


def _goes_on(page: Outline, index: int) -> bool:
    """Say whether a line goes on in the next: as long as wrapped ones are, in the middle of a sentence, none blank."""
    line = page.lines[index]
    if len(line) not in WRAPPED_CHARS or not page.lines[index + 1] or "@" in line.rpartition(" ")[2]:
        return False
    return _SENTENCE_END.search(line) is None


def _joined(page: Outline, first: int, last: int) -> str:
    return " ".join(line for line in page.lines[first : last + 1] if line)


def _under_headings(page: Outline, known: Sequence[str]) -> Iterator[Bio]:
    """Give the boxes under "About the author": a name, and a line that goes on about that person."""
    names = {fold(name): name for name in known}
    for index in _headings(page, page.start + 1):
        line = page.lines[index]
        box = None
        if _ABOUT.fullmatch(line):
            first = next(page.below(index, 1), index)
            name = names.get(fold(page.lines[first][:LONGEST_HEADING]), page.lines[first])
            box = _under_name(page, first, name) if is_name(name) else None
        elif (about := _ABOUT_NAME.match(line)) and is_name(line[about.end() :]):
            name = names.get(fold(line[about.end() :]), line[about.end() :])
            box = _under_name(page, index, name)
        if box is not None:
            yield Bio(index, box.last, box.text, box.names, box.contacts)
    for index in page.above(page.start, LINES_OF_PAPER):
        if len(page.lines[index]) <= LONGEST_HEADING and _CORRESPONDENCE.fullmatch(page.lines[index]):
            box = _correspondent(page, index)
            if box is not None:
                yield box


def _headings(page: Outline, start: int) -> Iterator[int]:
    """Give the lines that may be headings of boxes: short ones that begin as these do."""
    lines = page.lines
    short = [index for index in range(start, len(lines)) if 2 <= len(lines[index]) <= LONGEST_HEADING]
    for index in short:
        line = lines[index]
        if line[0] in _ABOUT_STARTS:
            first = line.partition(" ")[0].rstrip(":：")
            if first.lower() in _ABOUT_WORDS or not first.isascii():
                yield index


def _correspondent(page: Outline, heading: int) -> Bio | None:
    """Give the name and address of the author of a paper to whom letters go, from the heading to the e-mail."""
    shown = list(page.below(heading, LINES_OF_ADDRESS))
    named = [(place, names[0]) for place in shown[:2] if (names := split_names(page.lines[place].partition(",")[0]))]
    for index in shown if named else ():
        contacts = [one for one in find_contacts(page.lines[index]) if belongs(one.value, named[0][1])]
        if contacts:
            return Bio(heading, index, page.lines[index], (named[0][1],), tuple(contacts))
    return None


def _under_name(page: Outline, heading: int, name: str) -> Bio | None:
    """Give the box under a name: a line about that person, with a job, labels and contacts around it."""
    last = heading
    told = False
    for index in page.below(heading, LINES_UNDER):
        line = page.lines[index]
        about = len(line) <= LONGEST and goes_on_about(line, name)
        if not (about or gives_contacts(line) or _fits(line, name, told=told)):
            break
        told = told or about
        if told or gives_contacts(line):
            last = index
    if last == heading or not told:
        return None
    text = _joined(page, heading, last)
    return Bio(heading, last, text, (name,), tuple(find_contacts(text)))


def _fits(line: str, name: str, *, told: bool) -> bool:
    """Say whether a line may stand in a box: the name once more, a label, a job, or how it goes on about the person."""
    if len(line) <= LONGEST_LABEL and fold(line).partition(" ")[0] in _LABELS:
        return True
    if told:
        return len(line) <= LONGEST and (line.startswith(name.split(maxsplit=1)[0]) or _PRONOUN.match(line) is not None)
    return len(line) <= LONGEST_JOB and (fold(line) == fold(name) or has_job(line))


# "His writing has been featured ...": how a box goes on once it has told whom it is about.
_PRONOUN = re.compile(
    r"(?:he|she|they|his|her|their|er|sie|seine?|ihre?|il|elle|ses?|son|sa|él|ella|su|lui|lei|ela|ele|hij|zij)\s",
    re.IGNORECASE,
)
_LABELS = frozenset(
    "follow email e twitter linkedin instagram facebook website folgen suivre seguir mail contact".split()
)


def _at_edge(page: Outline) -> list[Bio]:
    """Give the boxes of people whom nothing else names, at the end of the body or close behind it."""
    found: list[Bio] = []
    for index in _edge(page):
        if found and index <= found[-1].last:
            continue
        line = page.lines[index]
        if not _may_open(line):
            continue
        last = _last_of_wrapped(page, index)
        text = _joined(page, index, last)
        if names := strangers(text):
            found.append(Bio(index, last, text, names, tuple(find_contacts(text))))
        elif is_name(line) and (box := _under_name(page, index, line)) and strangers(box.text[len(line) :].strip()):
            found.append(box)
    return found


def _edge(page: Outline) -> Iterator[int]:
    """Give the last lines of the body, those of its last paragraphs and what stands among them, and the next behind it."""
    passed = 0
    first = page.stop - 1
    for index in range(page.stop - 1, page.start, -1):
        if page.prose[index]:
            first = index
            passed += not _is_foot(page.lines[index])
            if passed == LAST_PROSE:
                break
    yield from (
        index for index in range(max(page.start + 1, _first_of_wrapped(page, first)), page.stop) if page.lines[index]
    )
    yield from page.below(page.stop - 1, LINES_BEHIND)


def _is_foot(line: str) -> bool:
    lowered = line.lower()
    return any(word in lowered for word in _FOOT)


def _may_open(line: str) -> bool:
    """Say whether a line may begin with a name: cheap, and true of most lines that do."""
    words = line.lstrip(' —–-•*([“"').split(maxsplit=2)[:2]
    if len(words) < 2 or words[0][0].islower() or (words[1][0].islower() and len(words[1]) > LONGEST_PARTICLE):
        return False
    return words[0].lower() not in NOT_NAMES or words[0] in _OPENINGS


def _with_contact_lines(page: Outline, bio: Bio) -> Bio:
    """Join lines such as "Follow her on X: @dana" to the box above them."""
    last = bio.last
    for index in page.below(bio.last, LINES_UNDER):
        if index - last > 2 or not gives_contacts(page.lines[index]):
            break
        last = index
    if last == bio.last:
        return bio
    text = _joined(page, bio.first, last)
    return Bio(bio.first, last, text, bio.names, tuple(find_contacts(text)))


def box_under(page: Outline, byline: int, known: Sequence[str]) -> Bio | None:
    """Give the box that stands right under a byline."""
    for index in page.below(byline, 1):
        line = page.lines[index]
        contacts = tuple(find_contacts(line)) if len(line) <= LONGEST_JOB * 3 else ()
        if contacts and (names := known_subjects(line, known, plainly=False) or owners(line, contacts, known)):
            return Bio(index, index, line, names, contacts)
    return None


def contact_boxes(page: Outline, found: Sequence[tuple[int, Sequence[Contact]]], known: Sequence[str]) -> list[Bio]:
    """Give the lines below the start of the body that offer contacts of known authors, and nothing else."""
    return [
        Bio(index, index, page.lines[index], names, tuple(contacts))
        for index, contacts in found
        if index > page.start
        and gives_contacts(page.lines[index])
        and (names := owners(page.lines[index], [one for one in contacts if _is_sure(one, known)], known))
    ]


def _is_sure(contact: Contact, known: Sequence[str]) -> bool:
    """Say whether a contact is no reply to a namesake of an author: an address, or a handle of a whole name."""
    return isinstance(contact.value, str) or any(belongs_wholly(contact.value, name) for name in known)


def boxes_at_addresses(page: Outline, found: Sequence[tuple[int, Sequence[Contact]]]) -> list[Bio]:
    """Give the box of a writer whom nothing else names that ends with an address of this person, if there is only one.

    Several are a list of the staff.
    """
    boxes: dict[tuple[str, ...], Bio] = {}
    for index, contacts in found:
        if index < page.start or not any(isinstance(one.value, str) for one in contacts):
            continue
        for first in (*page.above(index, LINES_ABOVE), index):
            text = _joined(page, first, index)
            heading = page.lines[first] if first < index and is_name(page.lines[first]) else None
            if _may_open(page.lines[first]) and len(text) <= LONGEST and (names := strangers(text, heading)):
                holds = belongs if has_writer(text) else belongs_wholly
                if has_job(text) and any(holds(one.value, name) for one in contacts for name in names):
                    boxes[names] = Bio(first, index, text, names, tuple(find_contacts(text)))
                break
    return list(boxes.values()) if len(boxes) == 1 else []
