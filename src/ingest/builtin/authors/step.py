"""The step that finds authors in text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from ingest.builtin.authors.bio import Bio
from ingest.builtin.authors.boxes import apart, box_under, boxes_at_addresses, contact_boxes, find_boxes
from ingest.builtin.authors.byline import Byline, find_bylines, is_thread, unglued
from ingest.builtin.authors.contacts import Contact, add_contacts, site_label
from ingest.builtin.authors.names import fold
from ingest.builtin.authors.outline import Outline, outline
from ingest.builtin.authors.ownership import box_contacts, contact_lines, line_contacts, named_contacts, offered_under
from ingest.builtin.authors.people import merge_authors
from ingest.document import Author, Document, Edit, Reason
from ingest.step import Step

__all__ = ["Authors"]

# Longest text to look for the site's name in, in words.
LONGEST_SITE = 6

Contacts = Sequence[tuple[int, Sequence[Contact]]]


class Authors(Step):
    """Find bylines and author boxes in the text and make them metadata: `authors` with the contacts that are theirs.

    The text may be a whole page with its menus, teasers and comments. A byline stands above the body or in its first
    lines, a box near its end or under a heading; nothing else inside the body is touched. An address or handle is an
    author's if it holds the author's name, or stands in the author's own box; addresses of offices (`tips@`,
    `newsdesk@`) and handles of the site never are. Authors that the markup told are kept and completed.
    """

    name = "authors"

    keep_byline: bool = False
    """Leave bylines in the text; the names become metadata either way."""
    keep_bio: bool = False
    """Leave author boxes in the text; names and contacts become metadata either way."""

    def apply(self, doc: Document) -> Document:
        page = outline(doc.text)
        known = [author.name for author in doc.authors]
        bylines, bios, contacts = _find(page, doc.text, known)
        found = list(_authors(page, doc, bylines, bios, contacts))
        if not bylines and not bios and not found:
            return doc
        edits = [] if self.keep_byline else [(one.line, one.line, "byline", one.names) for one in bylines]
        if not self.keep_bio:
            edits += [(bio.first, bio.last, "author_bio", bio.names) for bio in bios]
        authors = merge_authors(doc.authors, found)
        return doc.edited(_line_edits(doc.text, edits), authors=authors, site=doc.site or _site(bios))


def _find(page: Outline, text: str, known: Sequence[str]) -> tuple[list[Byline], list[Bio], Contacts]:
    """Find bylines, boxes and lines with contacts; what the one names helps to find the other."""
    if not page.stop:
        return [], [], []
    bylines = find_bylines(page, known)
    told = _names(known, bylines)
    bios = find_boxes(page, told)
    if (bylines or bios) and is_thread(page):
        return [], [], []
    everybody = _names(told, bios)
    if not bylines and bios:
        bylines = find_bylines(page, everybody)
    contacts = contact_lines(page, text, hidden=bool(everybody))
    if not everybody and contacts:
        bios = boxes_at_addresses(page, contacts)
        everybody = _names(everybody, bios)
    under = box_under(page, bylines[-1].line, everybody) if bylines else None
    bios = apart([*([under] if under else []), *bios, *contact_boxes(page, contacts, everybody)])
    bylines = [byline for byline in bylines if not any(bio.first <= byline.line <= bio.last for bio in bios)]
    return bylines, bios, contacts


def _names(known: Sequence[str], found: Sequence[Byline | Bio]) -> list[str]:
    """Give everybody who is known or named in what was found, each once."""
    names: dict[str, str] = {}
    for name in (*known, *(name for one in found for name in one.names)):
        names.setdefault(fold(name), name)
    return list(names.values())


def _authors(
    page: Outline, doc: Document, bylines: Sequence[Byline], bios: Sequence[Bio], contacts: Contacts
) -> Iterator[Author]:
    """Give the authors whom bylines and boxes name, and known ones with contacts that stand elsewhere."""
    names = _names(_names([author.name for author in doc.authors], bylines), bios)
    if not names:
        return
    outlets = [name for name in (doc.site, site_label((doc.url or "").split("//")[-1])) if name]
    for byline in bylines:
        for name in byline.names:
            yield add_contacts(Author(name), line_contacts(unglued(page.lines[byline.line]), name))
    for bio in bios:
        for name, theirs in box_contacts(bio, outlets):
            yield add_contacts(Author(name), theirs)
    for name, contact in named_contacts(page, contacts, names, outlets):
        yield add_contacts(Author(name), [contact])
    if len(names) == 1 and bylines:
        yield add_contacts(Author(names[0]), offered_under(page, bylines[-1].line, contacts, outlets))


def _line_edits(text: str, edits: Sequence[tuple[int, int, str, Sequence[str]]]) -> list[Edit]:
    """Give the edits that take lines out, each with the line break behind it."""
    if not edits:
        return []
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return [
        Edit(starts[first], min(starts[last + 1], len(text)), Reason(code, ", ".join(names)))
        for first, last, code, names in sorted(edits)
    ]


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
