"""Whose a contact in a text is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.builtin.authors.bio import Bio
from ingest.builtin.authors.contacts import (
    UNKNOWN,
    Contact,
    belongs,
    belongs_wholly,
    find_contacts,
    is_namesakes,
    is_role,
    network_near,
    site_label,
)
from ingest.builtin.authors.names import same_letters
from ingest.builtin.authors.outline import Outline
from ingest.document import Handle

__all__ = ["box_contacts", "contact_lines", "line_contacts", "named_contacts", "offered_under"]

_OURS = re.compile(r"\b(?:us|our|uns|unser|nous|nosotros|noi|nós|ons|nas)\b[^.;]*$", re.IGNORECASE)
# Of these every line with a contact has one. Each is looked for in the whole text first.
_MARKS = ("@", "＠", "com/", "app/", "net/", "at]", "at)", "at}", "AT]", "AT)", "ät]", "ät)", "| at", "|at", "| ett", "|ett", " dot ", " DOT ")  # fmt: skip
MOST_LINES = 200
MOST_MARKS = 1000
LONGEST_LINE = 2000
# A handle that stands alone under a byline, with a label or without, and how many lines below it stands.
_ALONE = re.compile(
    r"(?:follow|folgen|seguir|suivre|twitter|x|on x|mastodon|bluesky|instagram|[@:\s•|·-])*", re.IGNORECASE
)
LINES_UNDER = 2
# A reply to somebody, and the signature of an embedded post.
_REPLY = re.compile(r"[@＠]|[—–-]{1,4}\s{0,4}[^()@]{2,60}\(@")
LONGEST_LABEL = 30
# Where people give their own contacts: "follow me on Bluesky at @dana.example".
_MINE = re.compile(
    r"\b(?:follow|find|reach|contact|e-?mail|write|message|tweet)(?: to)? me\b|\b(?:folgt|folge|schreibt?|kontaktiert) mir\b"
    r"|\b(?:suivez|écrivez|contactez)-moi\b|\b(?:sígueme|seguime|escríbeme|contáctame|seguimi|scrivimi|siga-me|me siga|volg me)\b",
    re.IGNORECASE,
)
# The contacts follow those words within so many characters.
REACH = 120


def contact_lines(page: Outline, text: str, *, hidden: bool = True) -> list[tuple[int, list[Contact]]]:
    """Give the lines that hold contacts, with these.

    Args:
        page: the outline of the text.
        text: the text.
        hidden: also look for addresses without an `@` and for links.
    """
    found: list[tuple[int, list[Contact]]] = []
    for index in _marked(text, _MARKS if hidden else _MARKS[:1]):
        line = page.lines[index]
        if contacts := find_contacts(line[:LONGEST_LINE]):
            found.append((index, [_with_network(page, index, contact) for contact in contacts]))
            if len(found) == MOST_LINES:
                break
    return found


def _marked(text: str, marks: Sequence[str]) -> Iterator[int]:
    """Give the numbers of the lines that hold a mark, in order."""
    places: set[int] = set()
    for mark in marks:
        place = text.find(mark)
        while place >= 0 and len(places) < MOST_MARKS:
            places.add(place)
            place = text.find(mark, place + 1)
    line = last = 0
    previous = -1
    for place in sorted(places):
        line += text.count("\n", last, place)
        last = place
        if line != previous:
            yield line
        previous = line


def _with_network(page: Outline, index: int, contact: Contact) -> Contact:
    """Give a handle the network that a label in the line above names."""
    if not (isinstance(contact.value, Handle) and contact.value.network == UNKNOWN) or contact.start > 2:
        return contact
    above = "".join(page.lines[place] for place in page.above(index, 1))
    network = network_near(above, "") if len(above) <= LONGEST_LABEL else UNKNOWN
    return Contact(contact.start, contact.end, Handle(network, contact.value.handle))


def line_contacts(line: str, name: str) -> list[str | Handle]:
    """Give the contacts in a line that hold a person's name."""
    return [one.value for one in find_contacts(line) if not _is_office(one) and belongs(one.value, name)]


def named_contacts(
    page: Outline, found: Sequence[tuple[int, Sequence[Contact]]], names: Sequence[str], outlets: Sequence[str]
) -> Iterator[tuple[str, str | Handle]]:
    """Give the contacts anywhere in the text that hold the name of one author and of no other.

    A handle must hold more than a first name: readers who comment have the same ones.
    """
    for index, contacts in found:
        line = page.lines[index]
        for contact in contacts:
            if _is_foreign(contact, line, outlets):
                continue
            if isinstance(contact.value, Handle):
                if _REPLY.match(line) and len(line) > contact.end + LONGEST_LABEL:
                    continue
                holders = [name for name in names if belongs_wholly(contact.value, name)]
            else:
                holders = [name for name in names if belongs(contact.value, name)]
            if len(holders) == 1:
                if not is_namesakes(contact.value, holders[0]):
                    yield holders[0], contact.value
            elif len(names) == 1 and _is_mine(page, index, contact):
                yield names[0], contact.value


def _is_mine(page: Outline, index: int, contact: Contact) -> bool:
    """Say whether the writer of the body gives a contact as "mine"."""
    before = page.lines[index][max(0, contact.start - REACH) : contact.start]
    if _is_open(before):
        return False
    return page.start <= index < page.stop and _MINE.search(before) is not None


def _is_open(text: str) -> bool:
    """Say whether a quotation begins in a text and does not end: "me" in it is somebody else."""
    if text.count('"') % 2:
        return True
    return max(map(text.rfind, "“„«「『")) > max(map(text.rfind, "”»」』"))


def offered_under(
    page: Outline, byline: int, found: Sequence[tuple[int, Sequence[Contact]]], outlets: Sequence[str]
) -> list[str | Handle]:
    """Give the contacts in lines of nothing else close under the byline of a single author."""
    lines = dict(found)
    result: list[str | Handle] = []
    for index in page.below(byline, LINES_UNDER):
        contacts = lines.get(index, [])
        if len(contacts) != 1 or _is_foreign(contacts[0], page.lines[index], outlets):
            break
        rest = page.lines[index][: contacts[0].start] + page.lines[index][contacts[0].end :]
        if not _ALONE.fullmatch(rest):
            break
        result.append(contacts[0].value)
    return result


def box_contacts(bio: Bio, outlets: Sequence[str]) -> Iterator[tuple[str, list[str | Handle]]]:
    """Give each person whom a box names, with the contacts in it that are this person's."""
    offered = [contact for contact in bio.contacts if not _is_foreign(contact, bio.text, outlets)]
    for name in bio.names:
        yield name, [one.value for one in offered if _owner(one, bio, offered) == name]


def _owner(contact: Contact, bio: Bio, offered: Sequence[Contact]) -> str | None:
    """Give the name of the person in a box whose contact it is.

    One that holds a name is that person's. Where none of the same sort does, what stands in the box is of the person named
    last before it: people's handles often don't hold their names.
    """
    holders = [name for name in bio.names if belongs(contact.value, name)]
    if len(holders) == 1:
        return holders[0]
    if not holders:
        same_sort = [one for one in offered if _sort(one) == _sort(contact)]
        named = any(belongs(one.value, name) for one in same_sort for name in bio.names)
        if named or len(same_sort) > len(bio.names):
            return None
    places = {name: _last_place(name, bio.text[: contact.start]) for name in holders or bio.names}
    return max(places, key=lambda name: places[name])


def _sort(contact: Contact) -> str:
    return contact.value.network if isinstance(contact.value, Handle) else "e-mail"


def _last_place(name: str, text: str) -> int:
    """Give where a person is last named, by the whole name or a part of it; -1 for nowhere."""
    return max(text.rfind(word) for word in (name, *(word for word in name.split() if len(word) > 2)))


def _is_office(contact: Contact) -> bool:
    return isinstance(contact.value, str) and is_role(contact.value)


def _is_foreign(contact: Contact, text: str, outlets: Sequence[str]) -> bool:
    """Say whether a contact is an office's or the site's own."""
    if isinstance(contact.value, str):
        return is_role(contact.value)
    if _OURS.search(text[max(0, contact.start - 30) : contact.start]):
        return True
    label, _, server = contact.value.handle.partition("@")
    # What looks like an account on the site's own domain is a handle glued to an address.
    return any(same_letters(label, outlet) or same_letters(site_label(server), outlet) for outlet in outlets)
