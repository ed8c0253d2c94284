"""The step that finds authors in text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.builtin.authors.bio import Bio, bio_under, find_bios
from ingest.builtin.authors.byline import Byline, find_bylines, is_thread, of_one, unglued
from ingest.builtin.authors.contacts import Contact, add_contacts, belongs, find_contacts, is_role, site_label
from ingest.builtin.authors.heading import find_headed
from ingest.builtin.authors.names import fold, same_letters
from ingest.builtin.authors.people import merge_authors
from ingest.builtin.body import layout
from ingest.document import Author, Document, Edit, Handle, Reason
from ingest.lines import line_spans
from ingest.step import Step

__all__ = ["Authors"]

_OURS = re.compile(r"\b(?:us|our|uns|unser|nous|nosotros|noi|nós|ons|nas)\b[^.;]*$", re.IGNORECASE)
# Lines of running text that may stand above the text itself: standfirst, notices, teasers.
MOST_ABOVE = 6
# The text itself starts where so many of the next lines are running text.
DENSE_LINES = 5
DENSE_PROSE = 3
# Longest text to look for the site's name in, in words.
LONGEST_SITE = 6


class Authors(Step):
    """Find bylines and author boxes in the text and make them metadata: `authors` with the contacts that are theirs.

    A byline stands above the body, a box behind it; nothing inside the body is touched. An address or handle is an
    author's if it holds the author's name, or stands in the author's own box; addresses of offices (`tips@`,
    `newsdesk@`) and handles of the site never are. Authors that the markup told are kept and completed.
    """

    name = "authors"

    keep_byline: bool = False
    """Leave bylines in the text; the names become metadata either way."""
    keep_bio: bool = False
    """Leave author boxes in the text; names and contacts become metadata either way."""

    def apply(self, doc: Document) -> Document:
        spans = line_spans(doc.text)
        lines = [doc.text[start:end] for start, end in spans]
        bylines, bios = _find(lines, layout(doc.text).prose, doc.authors)
        if not bylines and not bios:
            return doc
        authors = merge_authors(doc.authors, [*_byline_authors(lines, bylines), *_bio_authors(bios, doc)])
        site = doc.site or _site(bios)
        edits = [] if self.keep_byline else [_edit(spans, one.line, one.line, "byline", one.names) for one in bylines]
        if not self.keep_bio:
            edits += [_edit(spans, bio.first, bio.last, "author_bio", bio.names) for bio in bios]
        return doc.edited(sorted(edits, key=lambda edit: edit.start), authors=authors, site=site)


def _find(lines: Sequence[str], running: Sequence[bool], authors: Sequence[Author]) -> tuple[list[Byline], list[Bio]]:
    """Find bylines and boxes; what the one names helps to find the other."""
    if not any(running) or is_thread(lines, running):
        return [], []
    known = [author.name for author in authors]
    named = [name for byline in _head_bylines(lines, running, known) for name in byline.names]
    told = list(dict.fromkeys([*known, *named]))
    body = running.index(True)
    bios = [bio for bio in find_bios(lines, running, told) if bio.first > body]
    bios = _apart([*bios, *find_headed(lines, running, told)])
    everybody = list(dict.fromkeys([*told, *(name for bio in bios for name in bio.names)]))
    bylines = _head_bylines(lines, running, everybody)
    if bylines and (under := bio_under(lines, bylines[-1].line, everybody)):
        bios = _apart([under, *bios])
    bylines = [byline for byline in bylines if not any(bio.first <= byline.line <= bio.last for bio in bios)]
    return bylines, bios


def _head_bylines(lines: Sequence[str], running: Sequence[bool], known: Sequence[str]) -> list[Byline]:
    """Find the bylines above the first running text, or, where that is a notice or a teaser, above the text itself."""
    starts = [index for index, verdict in enumerate(running) if verdict]
    body, following = (*starts, len(lines), len(lines))[:2]
    if found := find_bylines(lines, body, known, following):
        return found
    start = _dense_start(lines, running)
    if start is None or start == body:
        return []
    return of_one(find_bylines(lines, start, known))


def _dense_start(lines: Sequence[str], running: Sequence[bool]) -> int | None:
    """Give the index of the first line from where on most lines are running text, if that is near the top."""
    shown = [index for index, line in enumerate(lines) if line.strip()]
    passed = 0
    for place, index in enumerate(shown):
        if passed > MOST_ABOVE:
            return None
        if running[index]:
            if sum(running[other] for other in shown[place : place + DENSE_LINES]) >= DENSE_PROSE:
                return index
            passed += 1
    return None


def _apart(bios: Sequence[Bio]) -> list[Bio]:
    """Give the boxes in order; of those that overlap, the one that starts first and is longest."""
    result: list[Bio] = []
    for bio in sorted(bios, key=lambda bio: (bio.first, -bio.last)):
        if not result or bio.first > result[-1].last:
            result.append(bio)
    return result


def _edit(spans: Sequence[tuple[int, int]], first: int, last: int, code: str, names: Sequence[str]) -> Edit:
    """Give the edit that takes lines out, with the line break behind them."""
    end = spans[last + 1][0] if last + 1 < len(spans) else spans[last][1]
    return Edit(spans[first][0], end, Reason(code, ", ".join(names)))


def _byline_authors(lines: Sequence[str], bylines: Sequence[Byline]) -> Iterator[Author]:
    for byline in bylines:
        contacts = find_contacts(unglued(lines[byline.line]))
        for name in byline.names:
            yield add_contacts(Author(name), [one.value for one in contacts if _is_own(one, name)])


def _bio_authors(bios: Sequence[Bio], doc: Document) -> Iterator[Author]:
    outlets = [name for name in (doc.site, site_label((doc.url or "").split("//")[-1])) if name]
    for bio in bios:
        offered = [contact for contact in bio.contacts if not _is_foreign(contact, bio.text, outlets)]
        for name in bio.names:
            yield add_contacts(Author(name), [one.value for one in offered if _owner(one, bio, offered) == name])


def _is_own(contact: Contact, name: str) -> bool:
    return not (isinstance(contact.value, str) and is_role(contact.value)) and belongs(contact.value, name)


def _owner(contact: Contact, bio: Bio, offered: Sequence[Contact]) -> str | None:
    """Give the name of the person in a box whose contact it is.

    One that holds a name is that person's. Where none of the same sort does, what stands in the box is of the person named
    last before it: people's handles often don't hold their names.
    """
    owners = [name for name in bio.names if belongs(contact.value, name)]
    if len(owners) == 1:
        return owners[0]
    if not owners:
        same_sort = [one for one in offered if _sort(one) == _sort(contact)]
        named = any(belongs(one.value, name) for one in same_sort for name in bio.names)
        if named or len(same_sort) > len(bio.names):
            return None
    places = {name: _last_place(name, bio.text[: contact.start]) for name in owners or bio.names}
    return max(places, key=lambda name: places[name])


def _sort(contact: Contact) -> str:
    return contact.value.network if isinstance(contact.value, Handle) else "e-mail"


def _last_place(name: str, text: str) -> int:
    """Give where a person is last named, by the whole name or a part of it; -1 for nowhere."""
    return max(text.rfind(word) for word in (name, *(word for word in name.split() if len(word) > 2)))


def _is_foreign(contact: Contact, text: str, outlets: Sequence[str]) -> bool:
    """Say whether a contact is an office's or the site's own."""
    if isinstance(contact.value, str):
        return is_role(contact.value)
    if _OURS.search(text[max(0, contact.start - 30) : contact.start]):
        return True
    label = contact.value.handle.partition("@")[0]
    return any(same_letters(label, outlet) for outlet in outlets)


def _site(bios: Sequence[Bio]) -> str | None:
    """Give the site that a box names, if an address in the box is at a domain of that name."""
    for bio in bios:
        for contact in bio.contacts:
            if isinstance(contact.value, str) and (found := _phrase(bio.text[: contact.start], contact.value)):
                return found
    return None


def _phrase(text: str, email: str) -> str | None:
    """Give the words whose letters are those of the address's domain, such as `Harbour Ledger`.

    A domain often leaves out small words and middle ones: `courrier-corvenac` for the Courrier de Corvenac.
    """
    label = fold(site_label(email)).replace(" ", "")
    words = [word.strip(".,;:()\"'“”") for word in text.split()]
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST_SITE) + 1):
            if words[start][:1].isupper() and _abbreviates(label, [fold(word) for word in words[start:end]]):
                first = start - 1 if start and words[start - 1] == "The" else start
                return " ".join(words[first:end])
    return None


def _abbreviates(label: str, words: Sequence[str]) -> bool:
    """Say whether the label is made of the first word, the last one, and any of those between, in order."""
    if len(words) == 1:
        return label == words[0].replace(" ", "")
    first, last = words[0].replace(" ", ""), words[-1].replace(" ", "")
    if not (first and last and label.startswith(first) and label[len(first) :].endswith(last)):
        return False
    middle = label[len(first) : len(label) - len(last)]
    for word in words[1:-1]:
        middle = middle.removeprefix(word.replace(" ", ""))
    return not middle
