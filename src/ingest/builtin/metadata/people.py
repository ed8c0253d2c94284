"""Who wrote a page, by its markup, and which contacts there are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingest.builtin.authors.contacts import add_contacts, address, belongs, find_contacts, is_role
from ingest.builtin.authors.names import fold, is_account, is_name, same_letters, split_names, without_lead
from ingest.builtin.authors.profiles import profile
from ingest.builtin.metadata.jsonld import strings
from ingest.builtin.metadata.page import Page, select, text_of
from ingest.document import Author, Handle

__all__ = ["find_authors"]

_META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "dc.author", "parsely-author",
    "sailthru.author", "citation_author", "byl", "og:author", "og:article:author", "creator", "authors", "dcsext.author",
    "cxenseparse:author",
)  # fmt: skip
_SHOWN = (
    '[itemprop~="author"] [itemprop~="name"]', '[itemprop~="author"]', '[rel~="author"]', ".byline", ".author", ".author-name",
    ".post-author", ".entry-author", ".article-author", ".byline-name", ".article__author", ".byline__name", ".authorname",
    ".p-author", ".autor", ".article-byline", ".c-byline", ".post-meta .author", ".vcard .fn", ".story-byline",
)  # fmt: skip
_NICKNAMES = frozenset(('[itemprop~="author"] [itemprop~="name"]', '[rel~="author"]', ".vcard .fn", ".author-name"))
_PLACEHOLDERS = frozenset(("handle", "username", "en", "author", "twitter", "yourhandle"))

Contact = str | Handle


def find_authors(page: Page, site: str | None, url: str | None) -> tuple[Author, ...]:
    """Give the authors, with the contacts that are theirs.

    The first source that names a person is trusted, in this order: JSON-LD, `<meta>`, microdata, `rel=author`,
    bylines. A contact is an author's if it holds the author's name, if JSON-LD says so, or if it stands in the
    box of the only author; never one of an office or of the site.
    """
    names = _names(page, site)
    authors = [add_contacts(Author(name), _stated_contacts(page, name)) for name in names]
    own = _own_accounts(page, site, url)
    everywhere = [contact for contact in _linked(page) if _may_be_personal(contact, own)]
    boxed = [contact for contact in _boxed(page) if _may_be_personal(contact, own)]
    result = []
    for author in authors:
        theirs = [contact for contact in (*boxed, *everywhere) if belongs(contact, author.name)]
        if len(authors) == 1:
            theirs += _unclaimed(boxed, author.name) + _creator(page, own, author.name)
        result.append(add_contacts(author, theirs))
    return tuple(result)


def _names(page: Page, site: str | None) -> list[str]:
    stated = page.article.get("author") or page.article.get("creator")
    organisations = {fold(name) for name in strings(stated)} - {
        fold(name) for name in _stated_names(stated, page.objects)
    }
    for nicknames, source in _sources(page):
        found: dict[str, str] = {}
        for text in source:
            for name in split_names(text, nicknames=nicknames):
                if fold(name) not in organisations and not _is_organisation(name, site):
                    found.setdefault(fold(name), name)
        if found:
            return list(found.values())
    return []


def _sources(page: Page) -> Iterator[tuple[bool, Iterable[str]]]:
    """Give the places where names stand, the most trusted first, and whether a nickname there is one, as in a blog."""
    yield True, list(_stated_names(page.article.get("author") or page.article.get("creator"), page.objects))
    for name in _META:
        yield name == "author", [value for value in page.meta.get(name, [])[:20] if "://" not in value]
    for selector in _SHOWN:
        # A list of teasers has an author for each; a page's own byline comes first.
        yield selector in _NICKNAMES, list(page.texts(selector, 120))[:1]
    boxes = [text_of(box, 120) for box in page.boxes]
    named = (split_names(rest) for text in boxes if (rest := without_lead(text) or (text if is_name(text) else None)))
    yield False, next((names[:1] for names in named if names), [])


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


def _is_organisation(name: str, site: str | None) -> bool:
    domain_like = "." in name and " " not in name
    return is_account(name) or domain_like or (site is not None and same_letters(name, site))


def _stated_contacts(page: Page, name: str) -> list[Contact]:
    """Give the contacts that JSON-LD states for a person of that name."""
    found: list[Contact] = []
    for item in page.objects:
        if fold(next(strings(item.get("name")), "")) != fold(name) or "Person" not in list(strings(item.get("@type"))):
            continue
        for key in ("email", "sameAs", "url"):
            found += [contact for value in strings(item.get(key)) if (contact := _contact(value)) is not None]
    return [contact for contact in found if not (isinstance(contact, str) and is_role(contact))]


def _contact(link: str) -> Contact | None:
    return (
        profile(link) if "://" in link and "@" not in link.split("://")[1].split("/", maxsplit=1)[0] else address(link)
    )


def _linked(page: Page) -> Iterator[Contact]:
    for href in page.attributes("a[href]", "href"):
        if (contact := _href_contact(href)) is not None:
            yield contact


def _href_contact(href: str) -> Contact | None:
    if href[:7].lower() == "mailto:":
        return address(href)
    return profile(href) if "//" in href else None


def _boxed(page: Page) -> list[Contact]:
    """Give the contacts in author boxes, linked or written out."""
    found: dict[Contact, None] = {}
    for box in page.boxes:
        links = select(box, "a[href]") if box.tag != "a" else [box]
        for link in links[:50]:
            if (contact := _href_contact(link.getattr("href") or "")) is not None:
                found.setdefault(contact)
        for mention in find_contacts(text_of(box, 1500)):
            found.setdefault(mention.value)
    return list(found)


def _own_accounts(page: Page, site: str | None, url: str | None) -> set[str]:
    """Give the handles and names, folded, that are the site's own."""
    own = {value.lstrip("@").casefold() for value in page.meta.get("twitter:site", [])}
    own |= {(url or "").split("//")[-1].split("/")[0].casefold()}
    own |= {fold(name).replace(" ", "") for name in (site, (url or "").split("//")[-1].split("/")[0]) if name}
    for item in page.objects:
        if any("Organization" in kind or kind == "WebSite" for kind in strings(item.get("@type"))):
            for link in strings(item.get("sameAs")):
                if (handle := profile(link)) is not None:
                    own.add(handle.handle.casefold())
    return own


def _may_be_personal(contact: Contact, own: set[str]) -> bool:
    if isinstance(contact, str):
        return not is_role(contact)
    # `site.example/@name` is a page of the site itself, though it looks like one of a Mastodon server.
    if contact.network == "mastodon" and contact.handle.rpartition("@")[2].casefold() in own:
        return False
    return contact.handle.casefold() not in own and fold(contact.handle).replace(" ", "") not in own


def _unclaimed(boxed: Sequence[Contact], name: str) -> list[Contact]:
    """Give what else stands in the box of the only author, one of a sort: of several, some are not the author's."""
    found: list[Contact] = []
    for network in {contact.network if isinstance(contact, Handle) else "" for contact in boxed}:
        same = [one for one in boxed if (one.network if isinstance(one, Handle) else "") == network]
        if len(same) == 1 and not any(belongs(one, name) for one in same):
            found += same
    return sorted(found, key=boxed.index)


def _creator(page: Page, own: set[str], name: str) -> list[Contact]:
    """Give the account of `twitter:creator` if it is neither the site's nor a placeholder."""
    handle = (page.first_meta("twitter:creator") or "").split("/")[-1].lstrip("@")
    if not handle or handle.casefold() in own or handle.casefold() in _PLACEHOLDERS or " " in handle:
        return []
    return [Handle("twitter", handle)] if belongs(Handle("twitter", handle), name) and is_name(name) else []
