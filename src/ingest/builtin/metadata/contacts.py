"""Which of the addresses and accounts on a page are its authors'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.builtin.authors.contacts import address, belongs, find_contacts, is_role, site_label
from ingest.builtin.authors.names import fold, same_letters, without_lead
from ingest.builtin.authors.profiles import profile
from ingest.builtin.metadata.page import Page
from ingest.content.jsonld import strings
from ingest.document import Handle

__all__ = ["contacts_of", "outlet_names"]

_AT = re.compile(r"@|[\[({|]\s?(?:at|ät|ett)\s?[\])}|]", re.IGNORECASE)
# Lines with an address to look at, the longest of them that is a byline, how much is read of any.
MOST_LINES = 200
LONGEST_BYLINE = 160
LONGEST_LINE = 2000
MOST_LINKS = 50

Contact = str | Handle


def contacts_of(page: Page, names: Sequence[str], outlets: Sequence[str]) -> list[list[Contact]]:
    """Give the contacts of each author.

    A contact is an author's if JSON-LD says so, if it holds the author's name, or if it stands in the box or the byline
    of the only author; never one of an office or of the site.
    """
    lines = [line for line in page.lines if _AT.search(line)][:MOST_LINES]
    visible = _written(lines)
    bylines = [line for line in lines if len(line) <= LONGEST_BYLINE and _is_byline(line, names)]
    boxed = _personal(list(dict.fromkeys([*_boxed(page, visible), *_written(bylines)])), outlets)
    everywhere = [*boxed, *_personal([*_linked(page), *visible, *_creator(page)], outlets)]
    result = []
    for name in names:
        stated = _stated_contacts(page, name, alone=len(names) == 1)
        theirs = [contact for contact in stated if not _is_on_site(contact, outlets)]
        theirs += [contact for contact in everywhere if belongs(contact, name)]
        if len(names) == 1:
            accounts = _site_accounts(page)
            theirs += _unclaimed([contact for contact in boxed if not _is_one_of(contact, accounts)], name)
        result.append(theirs)
    return result


def outlet_names(site: str | None, url: str | None) -> list[str]:
    """Give the names that the site goes by: its own, the host, and the host without its ending."""
    host = (url or "").split("//")[-1].split("/")[0].casefold().removeprefix("www.")
    return [name for name in (site, host, site_label(host)) if name]


def _stated_contacts(page: Page, name: str, *, alone: bool) -> list[Contact]:
    """Give the contacts that JSON-LD states for a person of that name, or for the author without a name if alone."""
    stated = page.article.get("author")
    nameless = [stated] if alone and isinstance(stated, dict) and "name" not in stated else []
    found: list[Contact] = []
    for item in (*page.people.get(fold(name), ()), *nameless):
        for key in ("email", "sameAs", "url"):
            found += [contact for value in strings(item.get(key)) if (contact := _contact(value)) is not None]
    return [contact for contact in found if not (isinstance(contact, str) and is_role(contact))]


def _contact(link: str) -> Contact | None:
    return (
        profile(link) if "://" in link and "@" not in link.split("://")[1].split("/", maxsplit=1)[0] else address(link)
    )


def _linked(page: Page) -> Iterator[Contact]:
    for href in page.contact_links:
        if (contact := _href_contact(href)) is not None:
            yield contact


def _href_contact(href: str) -> Contact | None:
    if href[:7].lower() == "mailto:":
        return address(href)
    return profile(href) if "//" in href else None


def _written(lines: Sequence[str]) -> list[Contact]:
    """Give the contacts that are written out in the lines."""
    return [contact.value for line in lines for contact in find_contacts(line[:LONGEST_LINE])]


def _is_byline(line: str, names: Sequence[str]) -> bool:
    """Say whether a line begins with "By", "Author:" and the like, and then an author."""
    rest = without_lead(line)
    return rest is not None and any(rest.startswith(name) for name in names)


def _boxed(page: Page, visible: Sequence[Contact]) -> list[Contact]:
    """Give the contacts in author boxes, linked or written out."""
    found: dict[Contact, None] = {}
    for box, text in page.boxes:
        for href in box.links(MOST_LINKS):
            if (contact := _href_contact(href)) is not None:
                found.setdefault(contact)
        for contact in visible:
            if (contact.handle if isinstance(contact, Handle) else contact) in text:
                found.setdefault(contact)
    return list(found)


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


def _personal(contacts: Sequence[Contact], outlets: Sequence[str]) -> list[Contact]:
    return [contact for contact in contacts if _may_be_personal(contact, outlets)]


def _may_be_personal(contact: Contact, outlets: Sequence[str]) -> bool:
    if isinstance(contact, str):
        return not is_role(contact)
    name = contact.handle.partition("@")[0]
    return not _is_on_site(contact, outlets) and not any(same_letters(name, outlet) for outlet in outlets)


def _is_on_site(contact: Contact, outlets: Sequence[str]) -> bool:
    """Say whether `site.example/@name` is a page of the site itself, though it looks like one of a Mastodon server."""
    server = contact.handle.partition("@")[2].casefold() if isinstance(contact, Handle) else ""
    return bool(server) and any(server == outlet or same_letters(site_label(server), outlet) for outlet in outlets)


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
