"""Boxes about the author that stand under a heading: the author's name, or "About the author"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ingest.builtin.authors.bio import Bio, introduces, is_quoting
from ingest.builtin.authors.contacts import find_contacts
from ingest.builtin.authors.names import fold, is_name

__all__ = ["find_headed"]

LONGEST_HEADING = 60
LONGEST_JOB = 100
LONGEST_BOX = 1500
# Share of the running text that must stand above a box under a bare name; speakers' names stand alone as well.
SHARE_ABOVE = 0.5
_ABOUT = re.compile(
    r"(?:about (?:the |our )?authors?|(?:the )?author bio|author profile|über (?:den|die) autor(?:in)?(?: ?/ ?(?:den|die) autorin)?|zur person"
    r"|[àa] propos de l['’]aut(?:eure?|rice)|sobre (?:el autor|la autora|o autor|a autora)|(?:l['’])?autore|sull['’]aut(?:ore|rice)"
    r"|over de auteur|o autor(?:ze|ce)|об авторе|yazar hakkında|om (?:författaren|forfatteren))\s*[:：]?",
    re.IGNORECASE,
)
# Folded, and followed by the first name: "I'm Dana, a ...".
_I_AM = re.compile(
    r"(?:(?:hi|hello|hallo|hola|ciao) )?(?:i m|i am|ich bin|je suis|(?:yo )?soy|sono|eu sou|ik ben|jestem) "
)


def find_headed(lines: Sequence[str], running: Sequence[bool], known: Sequence[str]) -> list[Bio]:
    """Find the boxes of known authors under their names, and those of anybody under "About the author".

    What follows them, such as comments, doesn't matter: the heading says plainly that the body is over.
    """
    names = {fold(name): name for name in known}
    total = sum(running)
    above = 0
    found: list[Bio] = []
    for index, line in enumerate(lines):
        above += running[index]
        if not above or len(line) > LONGEST_HEADING or not line.strip():
            continue
        box = None
        if _ABOUT.fullmatch(line.strip()):
            box = _under_label(lines, index, names)
        elif names and above >= SHARE_ABOVE * total and (name := names.get(fold(line))):
            box = _under_name(lines, index, name)
        if box is not None and (not found or box.first > found[-1].last):
            found.append(box)
    return found


def _under_label(lines: Sequence[str], heading: int, names: Mapping[str, str]) -> Bio | None:
    """Give the box under "About the author": a name, and a line that goes on about that person."""
    first = next(_shown(lines, heading + 1), None)
    if first is None:
        return None
    line = lines[first].strip()
    name = names.get(fold(line[:LONGEST_HEADING]), line)
    box = _under_name(lines, first, name) if is_name(name) else None
    return box and Bio(heading, box.last, box.text, box.names, box.contacts)


def _under_name(lines: Sequence[str], heading: int, name: str) -> Bio | None:
    """Give the box under a name; a job may stand between the two."""
    for place, index in enumerate(_shown(lines, heading + 1)):
        line = lines[index].strip()
        if len(line) <= LONGEST_BOX and _goes_on_about(line, name):
            text = " ".join(one.strip() for one in lines[heading : index + 1] if one.strip())
            return Bio(heading, index, text, (name,), tuple(find_contacts(text)))
        if place or len(line) > LONGEST_JOB:
            return None
    return None


def _shown(lines: Sequence[str], start: int) -> Iterator[int]:
    """Give the next two lines that aren't blank, from the few below."""
    shown = [index for index in range(start, min(len(lines), start + 6)) if lines[index].strip()]
    yield from shown[:2]


def _goes_on_about(line: str, name: str) -> bool:
    """Say whether a line begins with the person's name or a part of it, and says who that is."""
    folded = fold(line[:120])
    if (i_am := _I_AM.match(folded)) and folded[i_am.end() :].startswith(fold(name).split()[0] + " "):
        return True
    words = line.split(maxsplit=1)
    if len(words) < 2 or is_quoting(words[1]):
        return False
    if folded.startswith(fold(name) + " "):
        return introduces(line, name)
    return fold(words[0]) in (fold(name).split()[0], fold(name).split()[-1]) and introduces(line, words[0])
