"""Who wrote a page, by its markup, and which contacts there are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingest.builtin.authors.byline import dated_names, find_bylines
from ingest.builtin.authors.contacts import add_contacts, address, belongs, find_contacts, is_role, site_label
from ingest.builtin.authors.names import fold, is_account, is_name, same_letters, split_names, without_lead
from ingest.builtin.authors.profiles import HOSTS, profile
from ingest.builtin.authors.words import ORGANISATIONS
from ingest.builtin.metadata.jsonld import strings
from ingest.builtin.metadata.opening import openings
from ingest.builtin.metadata.page import Page, select, text_of
from ingest.document import Author, Handle

__all__ = ["find_authors"]

_META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "dc.author", "parsely-author",
    "sailthru.author", "citation_author", "byl", "og:author", "og:article:author", "creator", "authors", "dcsext.author",
    "cxenseparse:author",
)  # fmt: skip
_MARKED = ('[itemprop~="author"] [itemprop~="name"]', '[itemprop~="author"]', '[rel~="author"]')
_SHOWN = (
    ".author-name, .vcard .fn",
    ".byline, .author, .post-author, .entry-author, .article-author, .byline-name, .article__author, .byline__name, .authorname, "
    ".p-author, .autor, .article-byline, .c-byline, .story-byline",
)
_NICKNAMES = frozenset((_MARKED[0], _MARKED[2], _SHOWN[0]))
# Selected by what is in them, since a page has hundreds of other links.
_CONTACT_LINKS = ", ".join(f'a[href*="{mark}" i]' for mark in ("mailto:", "/@", *HOSTS))
_ARTICLES = frozenset("the der die das el la los las le les il lo o a os as de het".split())
_AT = re.compile(r"@|[\[({|]\s?(?:at|ät|ett)\s?[\])}|]", re.IGNORECASE)
MOST_LINES = 200
LONGEST_LINE = 2000
_LABEL = re.compile(
    r"(?:authors?|autor(?:in|en|es)?|auteurs?|autore|автор|text|texte|words)\s*:|(?:written|text|words|texte|verfasst|geschrieben)"
    r" (?:by|von|par)\b",
    re.IGNORECASE,
)
MOST_BESIDE = 12

Contact = str | Handle


def find_authors(page: Page, site: str | None, title: str | None, url: str | None) -> tuple[Author, ...]:
    """Give the authors, with the contacts that are theirs.

    The first source that names a person is trusted, in this order: JSON-LD, `<meta>`, microdata, `rel=author`,
    bylines. A contact is an author's if it holds the author's name, if JSON-LD says so, or if it stands in the
    box of the only author; never one of an office or of the site.
    """
    names = _names(page, site, title, url)
    if not names:
        return ()
    outlets = _outlets(site, url)
    accounts = _site_accounts(page)
    boxed = [contact for contact in _boxed(page) if _may_be_personal(contact, outlets)]
    everywhere = [*boxed, *(contact for contact in (*_linked(page), *_visible(page)) if _may_be_personal(contact, outlets))]
    result = []
    for name in names:
        theirs = _stated_contacts(page, name, alone=len(names) == 1)
        theirs += [contact for contact in everywhere if belongs(contact, name)]
        if len(names) == 1:
            theirs += _unclaimed([contact for contact in boxed if not _is_one_of(contact, accounts)], name)
        theirs += [contact for contact in _creator(page) if _may_be_personal(contact, outlets) and belongs(contact, name)]
        result.append(add_contacts(Author(name), theirs))
    return tuple(result)


def _names(page: Page, site: str | None, title: str | None, url: str | None) -> list[str]:
    stated = page.article.get("author") or page.article.get("creator")
    organisations = {fold(name) for name in strings(stated)} - {
        fold(name) for name in _stated_names(stated, page.objects)
    }
    persons = {
        fold(name) for item in page.objects if "Person" in list(strings(item.get("@type"))) for name in strings(item.get("name"))
    }
    outlets = _outlets(site, url)
    for nicknames, source in _sources(page, title):
        found: dict[str, str] = {}
        for text in source:
            whole = [text] if any(same_letters(text, outlet) for outlet in outlets) else None
            for name in whole or split_names(_without_outlet(text, outlets), nicknames=nicknames):
                # Blogs are often called after the person who writes them, as outlets are not.
                named_after = fold(name) in persons and is_name(name) and fold(name).split()[0] not in _ARTICLES
                if fold(name) not in organisations and (named_after or not _is_organisation(name, outlets)):
                    found.setdefault(fold(name), name)
        if found:
            return list(found.values())
    return []


def _sources(page: Page, title: str | None) -> Iterator[tuple[bool, Iterable[str]]]:
    """Give the places where names stand, the most trusted first, and whether a nickname there is one, as in a blog."""
    yield True, list(_stated_names(page.article.get("author") or page.article.get("creator"), page.objects))
    for name in _META:
        yield name == "author", [value for value in page.meta.get(name, [])[:20] if "://" not in value]
    for selector in _MARKED:
        yield selector in _NICKNAMES, _first_group(page, selector)
    around = list(openings(page.lines, title or ""))
    for behind, before in around:
        yield False, [name for lines in (behind, before) for name in _byline_names(lines)]
    for selector in _SHOWN:
        yield selector in _NICKNAMES, _first_group(page, selector)
    boxes = [text_of(box, 120) for box in page.boxes]
    named = (split_names(rest) for text in boxes if (rest := without_lead(text) or (text if is_name(text) else None)))
    yield False, next((names[:1] for names in named if names), [])
    for behind, before in around:
        yield False, next((names for line in (*behind, *before) if (names := dated_names(line))), [])
    yield False, next(_labelled_names(page), [])


def _first_group(page: Page, selector: str) -> list[str]:
    """Give the texts of the first such element and of those beside it.

    A list of teasers has an author for each; a page's own byline comes first, and its names stand together.
    """
    found: list[str] = []
    parent = None
    for element in page.select(selector)[:MOST_BESIDE]:
        text = text_of(element, 120)
        if not text:
            continue
        if found and (parent is None or element.parent != parent):
            break
        parent = element.parent
        found.append(text)
    return found


def _byline_names(lines: Sequence[str]) -> list[str]:
    return [name for byline in find_bylines(lines, len(lines), ()) for name in byline.names]


def _labelled_names(page: Page) -> Iterator[list[str]]:
    """Give the names in lines anywhere that begin with "Author:" or "Written by"."""
    for line in page.lines:
        if len(line) <= 100 and _LABEL.match(line) and (names := split_names(line, listed=False)):
            yield names


def _host(url: str | None) -> str:
    return (url or "").split("//")[-1].split("/")[0].casefold().removeprefix("www.")


def _without_outlet(text: str, outlets: Sequence[str]) -> str:
    """Take the outlet's name off the end: "Dana Whitlock Harbour Ledger"."""
    for outlet in outlets:
        if len(text) > len(outlet) > 3 and text.casefold().endswith(outlet.casefold()):
            rest = text[: -len(outlet)].rstrip(" ,|-–—/")
            return rest if is_name(without_lead(rest) or rest) else text
    return text


def _stated_names(value: Any, objects: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Give the names of the people in a JSON-LD value; what is stated to be an organisation is left out."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            if "name" not in item and "@id" in item:
                item = next((one for one in objects if one.get("@id") == item["@id"] and "name" in one), item)
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


def _stated_contacts(page: Page, name: str, *, alone: bool) -> list[Contact]:
    """Give the contacts that JSON-LD states for a person of that name, or for the author without a name if alone."""
    stated = page.article.get("author")
    nameless = [stated] if alone and isinstance(stated, dict) and "name" not in stated else []
    people = [
        item
        for item in page.objects
        if fold(next(strings(item.get("name")), "")) == fold(name) and "Person" in list(strings(item.get("@type")))
    ]
    found: list[Contact] = []
    for item in (*people, *nameless):
        for key in ("email", "sameAs", "url"):
            found += [contact for value in strings(item.get(key)) if (contact := _contact(value)) is not None]
    return [contact for contact in found if not (isinstance(contact, str) and is_role(contact))]


def _contact(link: str) -> Contact | None:
    return (
        profile(link) if "://" in link and "@" not in link.split("://")[1].split("/", maxsplit=1)[0] else address(link)
    )


def _linked(page: Page) -> Iterator[Contact]:
    for href in page.attributes(_CONTACT_LINKS, "href"):
        if (contact := _href_contact(href)) is not None:
            yield contact


def _href_contact(href: str) -> Contact | None:
    if href[:7].lower() == "mailto:":
        return address(href)
    return profile(href) if "//" in href else None


def _visible(page: Page) -> list[Contact]:
    """Give the contacts that are written out on the page."""
    lines = [line for line in page.lines if _AT.search(line)][:MOST_LINES]
    return [contact.value for line in lines for contact in find_contacts(line[:LONGEST_LINE])]


def _boxed(page: Page) -> list[Contact]:
    """Give the contacts in author boxes, linked or written out."""
    found: dict[Contact, None] = {}
    # Text of a box alone can't tell where one element ends and the next begins: "dana@ledger.examplePublished".
    visible = _visible(page)
    for box in page.boxes:
        links = select(box, "a[href]") if box.tag != "a" else [box]
        for link in links[:50]:
            if (contact := _href_contact(link.getattr("href") or "")) is not None:
                found.setdefault(contact)
        text = text_of(box, 1500)
        for contact in visible:
            if (contact.handle if isinstance(contact, Handle) else contact) in text:
                found.setdefault(contact)
    return list(found)


def _outlets(site: str | None, url: str | None) -> list[str]:
    """Give the names that the site goes by."""
    host = _host(url)
    return [name for name in (site, host, site_label(host)) if name]


def _site_accounts(page: Page) -> set[str]:
    """Give the handles, in lower case, that the page states to be the site's."""
    found = {value.split("/")[-1].lstrip("@").casefold() for value in page.meta.get("twitter:site", [])}
    for item in page.objects:
        if any("Organization" in kind or kind == "WebSite" for kind in strings(item.get("@type"))):
            handles = (profile(link) for link in strings(item.get("sameAs")))
            found |= {handle.handle.casefold() for handle in handles if handle is not None}
    return found


def _is_one_of(contact: Contact, accounts: set[str]) -> bool:
    return isinstance(contact, Handle) and contact.handle.casefold() in accounts


def _may_be_personal(contact: Contact, outlets: Sequence[str]) -> bool:
    if isinstance(contact, str):
        return not is_role(contact)
    name, _, server = contact.handle.partition("@")
    # `site.example/@name` is a page of the site itself, though it looks like one of a Mastodon server.
    return server.casefold() not in outlets and not any(same_letters(name, outlet) for outlet in outlets)


def _unclaimed(boxed: Sequence[Contact], name: str) -> list[Contact]:
    """Give what else stands in the box of the only author, one of a sort: of several, some are not the author's."""
    found: list[Contact] = []
    for network in {contact.network if isinstance(contact, Handle) else "" for contact in boxed}:
        same = [one for one in boxed if (one.network if isinstance(one, Handle) else "") == network]
        if len(same) == 1 and not any(belongs(one, name) for one in same):
            found += same
    return sorted(found, key=boxed.index)


def _creator(page: Page) -> list[Contact]:
    """Give the account of `twitter:creator`, which is often a placeholder or the site's."""
    handle = (page.first_meta("twitter:creator") or "").split("/")[-1].lstrip("@")
    found = profile(f"https://twitter.com/{handle}")
    return [found] if found is not None else []
