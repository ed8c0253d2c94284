"""Who wrote a page, by its markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ingest.builtin.authors.bio import goes_on_about, leading_name
from ingest.builtin.authors.boxes import find_boxes
from ingest.builtin.authors.byline import bylines_among, dated_names, find_bylines, is_thread
from ingest.builtin.authors.contacts import add_contacts
from ingest.builtin.authors.names import fold, is_account, is_name, same_letters, split_names, without_lead
from ingest.builtin.authors.words import ORGANISATIONS
from ingest.builtin.metadata.contacts import contacts_of, outlet_names
from ingest.builtin.metadata.elements import Element
from ingest.builtin.metadata.page import Page
from ingest.content.jsonld import strings
from ingest.document import Author

__all__ = ["find_authors"]

_META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "dc.author", "parsely-author",
    "sailthru.author", "citation_author", "byl", "og:author", "og:article:author", "creator", "authors", "dcsext.author",
    "cxenseparse:author",
)  # fmt: skip
_BYLINE_CLASSES = frozenset(
    "byline author post-author entry-author article-author byline-name article__author byline__name authorname p-author "
    "autor article-byline c-byline story-byline".split()
)
_ARTICLES = frozenset("the der die das el la los las le les il lo o a os as de het".split())
_LABEL = re.compile(
    r"(?:authors?|autor(?:in|en|es)?|auteurs?|autore|автор|text|texte|words)\s*:|(?:written|text|words|texte|verfasst|geschrieben)"
    r" (?:by|von|par)\b",
    re.IGNORECASE,
)
_WRITTEN_BY = re.compile(r"\b(?:by|von|par|por|da|di|door|av|af|przez|автор|autor|author)$|作者$", re.IGNORECASE)
# Initials and most titles, which end with a full stop as well, are shorter.
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4})\.\s")
# "記者林若溪／灣口報導": the name stands between the job and the place, without spaces.
_REPORTER = re.compile(r"(?:記者|记者)\s?([\u4e00-\u9fff]{2,3})(?:\s?[∕／/]|\s\S{2,4}(?:報導|报道))")
MOST_BESIDE = 12
LONGEST_NAMES = 120


def find_authors(page: Page, site: str | None, title: str | None, url: str | None) -> tuple[Author, ...]:
    """Give the authors, with the contacts that are theirs.

    The first source that names a person is trusted, in this order: JSON-LD, `<meta>`, microdata and `rel=author`, the
    lines around the headline, classes such as `byline`, and a line that begins with "Author:".
    """
    outlets = outlet_names(site, url)
    names = _names(page, outlets, title)
    contacts = contacts_of(page, names, outlets) if names else []
    return tuple(add_contacts(Author(name), theirs) for name, theirs in zip(names, contacts, strict=True))


def _names(page: Page, outlets: Sequence[str], title: str | None) -> list[str]:
    stated = page.article.get("author") or page.article.get("creator")
    organisations = {fold(name) for name in strings(stated)} - {
        fold(name) for name in _stated_names(stated, page.named_objects)
    }
    for nicknames, source in _sources(page, title):
        found: dict[str, str] = {}
        for text in source:
            whole = [text] if any(same_letters(text, outlet) for outlet in outlets) else None
            for name in whole or split_names(_without_outlet(text, outlets), nicknames=nicknames):
                # Blogs are often called after the person who writes them, as outlets are not.
                named_after = (
                    is_name(name) and fold(name).split()[0] not in _ARTICLES and _is_person(page, name, outlets)
                )
                if fold(name) not in organisations and (named_after or not _is_organisation(name, outlets)):
                    found.setdefault(fold(name), name)
        if found:
            return list(found.values())
    return []


def _is_person(page: Page, name: str, outlets: Sequence[str]) -> bool:
    """Say whether JSON-LD states a person of that name, or, on a host that is called so, the author or a visible byline."""
    if fold(name) in page.people:
        return True
    if not outlets or not same_letters(name, outlets[-1]):
        return False
    stated = fold(name) in map(fold, page.meta.get("author", [])) and not same_letters(name, outlets[0])
    return stated or fold(name) in map(fold, _shown_names(page))


def _sources(page: Page, title: str | None) -> Iterator[tuple[bool, Iterable[str]]]:
    """Give the places where names stand, the most trusted first, and whether a nickname there is one, as in a blog."""
    yield True, list(_stated_names(page.article.get("author") or page.article.get("creator"), page.named_objects))
    for name in _META:
        yield name == "author", [value for value in page.meta.get(name, [])[:20] if "://" not in value]
    yield False, list(_labelled_values(page))
    for test, nicknames in _MARKED:
        yield nicknames, _first_group(page, test)
    around = page.openings(title)
    for behind, before in around:
        yield False, [name for lines in (behind, before) for name in _byline_names(lines)]
    for test, nicknames in _SHOWN:
        group = _first_group(page, test)
        yield nicknames or not any(" " in text for text in group), group
    boxes = [text for _, text in page.boxes if len(text) <= LONGEST_NAMES]
    named = (split_names(rest) for text in boxes if (rest := without_lead(text) or (text if is_name(text) else None)))
    yield False, next((names[:1] for names in named if names), [])
    yield False, next((people for _, text in page.boxes if (people := _introduced(text))), [])
    for behind, before in around:
        yield False, next((names for line in (*behind, *before) if (names := dated_names(line))), [])
    yield False, next(_labelled_names(page), [])
    yield False, _shown_names(page)


def _labelled_values(page: Page) -> Iterator[str]:
    """Give what stands beside a label such as "Written by" in the two lines that Twitter shows with a link."""
    for label, value in (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")):
        if _WRITTEN_BY.search(page.first_meta(label) or ""):
            yield from page.meta.get(value, [])[:1]


def _first_group(page: Page, test: Callable[[Element], bool]) -> list[str]:
    """Give the texts of the first such element and of those beside it.

    A list of teasers has an author for each; a page's own byline comes first, and its names stand together.
    """
    found: list[str] = []
    parent = 0
    for element in page.find(test, MOST_BESIDE):
        text = element.text(LONGEST_NAMES)
        if not text:
            continue
        if found and element.parent_id != parent:
            break
        parent = element.parent_id
        found.append(text)
    return found


def _is_marked_name(element: Element) -> bool:
    """Say whether an element is the name in what is marked up as the author."""
    return "name" in element.roles and any(
        "author" in (node.attributes.get("itemprop") or "").lower().split() for node in element.parents()
    )


def _is_marked(element: Element) -> bool:
    return "author" in element.roles


def _is_link_to_author(element: Element) -> bool:
    return "author" in element.relations


def _is_called_name(element: Element) -> bool:
    classes = element.classes
    return "author-name" in classes or (
        "fn" in classes and any("vcard" in (node.attributes.get("class") or "").split() for node in element.parents())
    )


def _is_called_byline(element: Element) -> bool:
    return bool(element.classes & _BYLINE_CLASSES)


# With each, whether a nickname there is one, as in a blog.
_MARKED = ((_is_marked_name, True), (_is_marked, False), (_is_link_to_author, True))
_SHOWN = ((_is_called_name, True), (_is_called_byline, False))


def _byline_names(lines: Sequence[str]) -> list[str]:
    bylines = bylines_among([_first_sentence(line) for line in lines], range(len(lines)), ())
    names = [name for byline in bylines for name in byline.names]
    return names or [match[1] for line in lines for match in _REPORTER.finditer(line)][:1]


def _labelled_names(page: Page) -> Iterator[list[str]]:
    """Give the names in lines anywhere that begin with "Author:" or "Written by"."""
    for line in page.lines:
        if len(line) <= 100 and _LABEL.match(line) and (names := split_names(_first_sentence(line), listed=False)):
            yield names


def _introduced(text: str) -> list[str]:
    """Give the name that a box begins with if it goes on about that person."""
    name = leading_name(text)
    return [name] if name and goes_on_about(text[len(name) :].strip(), name) else []


def _shown_names(page: Page) -> list[str]:
    """Give whom the bylines and boxes name that readers see, as in a text without markup."""
    found = find_bylines(page.outline, ()) or find_boxes(page.outline, ()) if page.outline.stop else []
    return [] if not found or is_thread(page.outline) else [name for one in found for name in one.names]


def _first_sentence(line: str) -> str:
    """Cut a line such as "Author: Dana Whitlock. Write to dana@quay.example" behind the name."""
    first = _SENTENCE_END.split(line, maxsplit=1)[0]
    return first if is_name(without_lead(first) or "") else line


def _without_outlet(text: str, outlets: Sequence[str]) -> str:
    """Take the outlet's name off the end: "Dana Whitlock Harbour Ledger"."""
    for outlet in outlets:
        if len(text) > len(outlet) > 3 and text.casefold().endswith(outlet.casefold()):
            rest = text[: -len(outlet)].rstrip(" ,|-–—/")
            return rest if is_name(without_lead(rest) or rest) else text
    return text


def _stated_names(value: Any, named: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Give the names of the people in a JSON-LD value; what is stated to be an organisation is left out."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            if "name" not in item:
                item = named.get(str(item.get("@id")), item)
            kinds = list(strings(item.get("@type")))
            if "Person" in kinds or not any("Organization" in kind for kind in kinds):
                yield from strings(item.get("name"))
        elif isinstance(item, str) and "://" not in item:
            yield item


def _is_organisation(name: str, outlets: Sequence[str]) -> bool:
    domain_like = "." in name and " " not in name
    if is_account(name) or domain_like or any(same_letters(name, outlet) for outlet in outlets):
        return True
    words = fold(name).split()
    return words[0] in _ARTICLES - {"la", "le", "lo", "el", "a", "o"} or any(word in ORGANISATIONS for word in words)
