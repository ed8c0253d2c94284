"""The step that finds authors in text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.builtin.authors.bio import Bio, find_bios
from ingest.builtin.authors.byline import Byline, find_bylines
from ingest.builtin.authors.contacts import Contact, add_contacts, belongs, find_contacts, is_role, site_label
from ingest.builtin.authors.names import fold, same_letters
from ingest.builtin.authors.people import merge_authors
from ingest.builtin.body import prose
from ingest.document import Author, Document, Edit, Handle, Reason
from ingest.lines import line_spans
from ingest.step import Step

__all__ = ["Authors"]

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
        running = prose(lines)
        bylines, bios = _find(lines, running, doc.authors)
        if not bylines and not bios:
            return doc
        authors = merge_authors(doc.authors, [*_byline_authors(lines, bylines), *_bio_authors(bios, doc)])
        site = doc.site or _site(bios)
        edits = [] if self.keep_byline else [_edit(spans, one.line, one.line, "byline", one.names) for one in bylines]
        if not self.keep_bio:
            edits += [_edit(spans, bio.first, bio.last, "author_bio", (bio.name,)) for bio in bios]
        return doc.edited(edits, authors=authors, site=site)


def _find(lines: Sequence[str], running: Sequence[bool], authors: Sequence[Author]) -> tuple[list[Byline], list[Bio]]:
    """Find bylines and boxes; what the one names helps to find the other."""
    body = next((index for index, verdict in enumerate(running) if verdict), len(lines))
    if body == len(lines):
        return [], []
    known = [author.name for author in authors]
    named = [name for byline in find_bylines(lines, body, known) for name in byline.names]
    bios = [bio for bio in find_bios(lines, running, [*known, *named]) if bio.first > body]
    return find_bylines(lines, body, [*known, *(bio.name for bio in bios)]), bios


def _edit(spans: Sequence[tuple[int, int]], first: int, last: int, code: str, names: Sequence[str]) -> Edit:
    """Give the edit that takes lines out, with the line break behind them."""
    end = spans[last + 1][0] if last + 1 < len(spans) else spans[last][1]
    return Edit(spans[first][0], end, Reason(code, ", ".join(names)))


def _byline_authors(lines: Sequence[str], bylines: Sequence[Byline]) -> Iterator[Author]:
    for byline in bylines:
        contacts = find_contacts(lines[byline.line])
        for name in byline.names:
            yield add_contacts(Author(name), [one.value for one in contacts if _is_own(one, name)])


def _bio_authors(bios: Sequence[Bio], doc: Document) -> Iterator[Author]:
    labels = [site_label(doc.url)] if doc.url else []
    for bio in bios:
        own = [contact for contact in bio.contacts if not _is_foreign(contact, [doc.site or "", *labels])]
        yield add_contacts(Author(bio.name), [one.value for one in own if _is_own_or_offered(one, bio, own)])


def _is_own(contact: Contact, name: str) -> bool:
    return not (isinstance(contact.value, str) and is_role(contact.value)) and belongs(contact.value, name)


def _is_own_or_offered(contact: Contact, bio: Bio, contacts: Sequence[Contact]) -> bool:
    """Say whether a contact of a box is its subject's.

    One that holds the name is. Where none of the same sort does, what stands in the box is the subject's as well:
    people's handles often don't hold their names.
    """
    if belongs(contact.value, bio.name):
        return True
    same_sort = [one for one in contacts if isinstance(one.value, Handle) == isinstance(contact.value, Handle)]
    return not any(belongs(one.value, bio.name) for one in same_sort) and len(same_sort) == 1


def _is_foreign(contact: Contact, sites: Sequence[str]) -> bool:
    """Say whether a contact is an office's or the site's own."""
    if isinstance(contact.value, str):
        return is_role(contact.value)
    return any(site and same_letters(contact.value.handle.partition("@")[0], site) for site in sites)


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
