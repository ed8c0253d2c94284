"""The box about the author, at the end of the body or behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.builtin.authors.contacts import Contact, belongs, find_contacts, is_role
from ingest.builtin.authors.names import fold, is_name
from ingest.builtin.authors.words import JOBS

__all__ = ["Bio", "find_bios"]

# Lines, blank ones left out, from the end; how long a box can be, and over how many lines it can be wrapped.
TAIL_LINES = 14
LONGEST = 700
WRAPPED_LINES = 6
_WRAPPED_CHARS = 40
_SENTENCE_END = re.compile(r"""[.!?…。！？।][\s"'”’»)]*$""")
_LEAD = re.compile(
    r"(?:about (?:the )?author|written by|über (?:den|die) autor(?:in)?|à propos de l.auteure?|sobre (?:el autor|la autora"
    r"|o autor|a autora)|(?:l.)?autore|o autorze|об авторе|yazar hakkında|(?:write to|contact|follow|e-?mail|reach|meet"
    r"|schreiben sie(?: an)?|kontakt(?: zu)?|contactez|contacto|contatti)(?: the author)?)\s*[:：–—-]?\s*",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"\bcan be reached\b|\breach (?:her|him|them|me)\b|\bfollow (?:her|him|them|me)\b|\bcontact (?:her|him|them|me)\b"
    r"|\bwrite to (?:her|him|them|me)\b|\b(?:on|auf|sur|en|su|no|na|op) (?:twitter|x|mastodon|bluesky|instagram)\b"
    r"|\b(?:covers|writes|reports|blogs|teaches|tweets|works|lives)\b|\b(?:berichtet|schreibt|bloggt|arbeitet|lebt)\b"
    r"|\b(?:écrit|couvre|collabore|tient|vit)\b|\b(?:escribe|cubre|colabora|conduce|vive)\b|\b(?:scrive|collabora|cura)\b"
    r"|\b(?:escreve|cobre|assina)\b|\b(?:schrijft|woont|werkt)\b|\b(?:pisze|zajmuje się|prowadzi)\b"
    r"|\b(?:пишет|работает|ведёт|ведет)\b|\b(?:yazıyor|yazar|yaşıyor|çalışıyor|çevirmendir|yazarıdır)\b"
    r"|\b(?:skriver|bor|píše|žije)\b|है।?$|हैं।?$|است\.?$|です。?$|\be-?mail\b|\btwitter\s*:|\bfolgen\b",
    re.IGNORECASE,
)
_QUOTING = re.compile(
    r"^[\s,]*(?:said|says|told|added|sagte|sagt|a dit|dijo|ha detto|disse|zei|powiedział\w*|сказал\w*)\b"
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Bio:
    """A box about an author: its lines, whom it names, and the contacts in it."""

    first: int
    last: int
    text: str
    name: str
    contacts: tuple[Contact, ...]


def find_bios(lines: Sequence[str], running: Sequence[bool], known: Sequence[str]) -> list[Bio]:
    """Find the author boxes at the end of the text.

    Going up from the end, lines that are no running text are passed over; the first running text that is no box
    ends the search, since from there on it is the body.

    Args:
        lines: the lines of the text.
        running: which lines are running text.
        known: names of authors that something else has told.
    """
    shown = [index for index, line in enumerate(lines) if line.strip()][-TAIL_LINES:]
    found: list[Bio] = []
    place = len(shown) - 1
    while place > 0:
        bio = _bio_that_ends(lines, shown, place, known)
        if bio is not None:
            found.append(bio)
            place = shown.index(bio.first)
        elif running[shown[place]]:
            break
        place -= 1
    return found[::-1]


def _bio_that_ends(lines: Sequence[str], shown: Sequence[int], place: int, known: Sequence[str]) -> Bio | None:
    """Give the box whose last line is at this place, hard-wrapped over the lines above or not."""
    last = shown[place]
    for first_place in range(place, max(-1, place - WRAPPED_LINES), -1):
        first = shown[first_place]
        if first_place < place and not _continues(lines[first], first, shown[first_place + 1]):
            return None
        text = " ".join(lines[index].strip() for index in shown[first_place : place + 1])
        if len(text) > LONGEST:
            return None
        if name := _subject(text, known):
            return Bio(first, last, text, name, tuple(find_contacts(text)))
    return None


def _continues(line: str, index: int, following: int) -> bool:
    """Say whether a line goes on in the next: it is long, ends in the middle of a sentence, and no blank line follows."""
    return following == index + 1 and len(line) >= _WRAPPED_CHARS and _SENTENCE_END.search(line) is None


def _subject(text: str, known: Sequence[str]) -> str | None:
    """Give the name of the person whom the text introduces, or `None` if it is no box about an author."""
    lead = _LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    author = next((name for name in known if fold(rest).startswith(fold(name))), None)
    if author is not None:
        return None if _QUOTING.match(rest[len(author) :]) else author if _introduces(rest, author) else None
    name = _leading_name(rest)
    if name is None or _QUOTING.match(rest[len(name) :]):
        return None
    # A stranger's name is not enough: there must be an address that is this person's, and a word that offers it.
    owned = any(belongs(contact.value, name) for contact in find_contacts(text) if not _is_office(contact))
    return name if owned and (lead is not None or _CUE.search(text) or _has_job(text)) else None


def _introduces(text: str, author: str) -> bool:
    """Say whether a text that starts with an author's name is about the author."""
    behind = text[len(author) :]
    if not behind.strip(" .,:–—-"):
        return True
    return bool(_CUE.search(behind) or _has_job(behind) or find_contacts(behind))


def _has_job(text: str) -> bool:
    return any(fold(word) in JOBS for word in _WORD.findall(text[:300]))


def _is_office(contact: Contact) -> bool:
    return isinstance(contact.value, str) and is_role(contact.value)


def _leading_name(text: str) -> str | None:
    """Give the longest name of two to four words that the text starts with."""
    words = text.split()[:5]
    for count in range(min(4, len(words)), 1, -1):
        candidate = " ".join(words[:count]).rstrip(".,:;–—")
        if is_name(candidate) and not any(mark in " ".join(words[: count - 1]) for mark in ".,:;"):
            return candidate
    return None
