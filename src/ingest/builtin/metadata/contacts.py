"""Which of the addresses and accounts on a page are its authors'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from ingest.builtin.authors.boxes import find_boxes
from ingest.builtin.authors.contacts import address, belongs, find_contacts, is_role, site_label
from ingest.builtin.authors.names import fold, is_name, same_letters, without_lead
from ingest.builtin.authors.ownership import box_contacts, contact_lines, named_contacts
from ingest.builtin.authors.profiles import profile
from ingest.builtin.metadata.elements import Element
from ingest.builtin.metadata.page import LONGEST_BOX, Page, is_contact_link
from ingest.content.jsonld import strings
from ingest.document import Handle

__all__ = ["contacts_of", "outlet_names"]

# The longest line that is a byline, and how much is read of a box.
LONGEST_BYLINE = 160
LONGEST_LINE = 2000
MOST_LINKS = 50
# A box of so many characters is nothing but icons and labels; a longer one that doesn't name the author is another's.
LONGEST_LABELS = 60
LONGEST_ANCHOR = 80
MOST_AROUND = 5
_COMMENTS = re.compile(r"comment(?!ary|ator)|kommentar|reply|replies", re.IGNORECASE)
# Around a link to an account of the site, and around one of the article's own.
_FRAME = re.compile(
    r"(?:^|[-_\s])(?:site|main|page|global|top)?[-_]?(?:footer|masthead|topbar|navbar|menu|sidebar)", re.IGNORECASE
)
_FRAME_TAGS = frozenset(("header", "footer", "nav"))
_ARTICLE = re.compile(r"article|author|byline|bio\b|entry|post|story", re.IGNORECASE)

Contact = str | Handle


def contacts_of(page: Page, names: Sequence[str], outlets: Sequence[str]) -> list[list[Contact]]:
    """Give the contacts of each author.

    A contact is an author's if JSON-LD says so, if it holds the author's name, or if it stands in the box or the byline
    of the author; never one of an office or of the site.
    """
    found: dict[str, list[Contact]] = {name: [] for name in names}
    for source in (_boxed(page, names, outlets), _written(page, names, outlets), _linked(page, names)):
        for name, contact in source:
            if _may_be_personal(contact, outlets):
                found[name].append(contact)
    result = []
    for name in names:
        stated = _stated_contacts(page, name, alone=len(names) == 1)
        theirs = [one for one in stated if _is_authors_own(page, one, name, outlets)]
        named = [one for one in found[name] if belongs(one, name)]
        result.append([*theirs, *named, *(one for one in found[name] if one not in named)])
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


def _is_authors_own(page: Page, contact: Contact, name: str, outlets: Sequence[str]) -> bool:
    """Say whether what JSON-LD states for a person is no page or account of the site.

    Publishing systems fill the profiles of their users with the accounts of the site.
    """
    if _is_on_site(contact, outlets):
        return False
    return belongs(contact, name) or not _is_in_frame(page, contact)


def _contact(link: str) -> Contact | None:
    return (
        profile(link) if "://" in link and "@" not in link.split("://")[1].split("/", maxsplit=1)[0] else address(link)
    )


def _href_contact(href: str) -> Contact | None:
    if href[:7].lower() == "mailto:" or "email-protection#" in href:
        return address(href)
    return profile(href) if "//" in href else None


def _boxed(page: Page, names: Sequence[str], outlets: Sequence[str]) -> Iterator[tuple[str, Contact]]:
    """Give the contacts in author boxes and bylines, linked or written out, each with whom it is.

    One that holds no name is the author's whose box it is, if it is the only one of its sort there.
    """
    for links, text in _boxes(page, names):
        contacts = [contact for href in links if (contact := _href_contact(href)) is not None]
        contacts += [contact.value for contact in find_contacts(text[:LONGEST_LINE])]
        contacts = [one for one in dict.fromkeys(contacts) if _may_be_personal(one, outlets)]
        owner = _owner_of_box(text, names)
        for contact in contacts:
            holders = [name for name in names if belongs(contact, name)]
            if len(holders) == 1:
                yield holders[0], contact
            elif owner and not holders and _is_unclaimed(page, contact, contacts, owner):
                yield owner, contact


def _boxes(page: Page, names: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """Give the links and the texts of author boxes and bylines, none of those who comment."""
    for box, text in page.boxes:
        links = [href for href in box.links(MOST_LINKS) if is_contact_link(href)]
        if (links or "@" in text) and not _is_comment(box):
            yield links, text if len(text) > LONGEST_LABELS else _around(box, text)
    for line in page.lines:
        if "@" in line and len(line) <= LONGEST_BYLINE and _is_byline(line, names):
            yield [], line


def _around(box: Element, text: str) -> str:
    """Give the text around a box of icons and labels, in which the name stands."""
    for parent in islice(box.parents(), MOST_AROUND):
        if len(around := Element(parent, parent.tag or "", {}).text(LONGEST_BOX)) > LONGEST_LABELS:
            return around
    return text


def _owner_of_box(text: str, names: Sequence[str]) -> str | None:
    """Give the author whose box it is: the only one whom it names."""
    letters = fold(text).replace(" ", "")
    named = [
        name for name in names if any(word in letters for word in (fold(name).replace(" ", ""), *_long_words(name)))
    ]
    return named[0] if len(named) == 1 else None


def _long_words(name: str) -> list[str]:
    return [word for word in fold(name).split() if len(word) >= 4]


def _is_unclaimed(page: Page, contact: Contact, contacts: Sequence[Contact], owner: str) -> bool:
    same = [one for one in contacts if _sort(one) == _sort(contact)]
    if len(same) > 1 or any(belongs(one, owner) for one in same):
        return False
    return not (
        _is_one_of(contact, _site_accounts(page)) or _is_in_frame(page, contact) or _is_of_another(page, contact)
    )


def _is_of_another(page: Page, contact: Contact) -> bool:
    """Say whether a link to an account bears a name, which is not the author's, since the account is unclaimed."""
    nodes = [node for href, node in page.contact_nodes if _href_contact(href) == contact]
    return any(is_name(Element(node, "a", {}).text(LONGEST_ANCHOR)) for node in nodes)


def _sort(contact: Contact) -> str:
    return contact.network if isinstance(contact, Handle) else ""


def _is_comment(box: Element) -> bool:
    if _COMMENTS.search(box.label):
        return True
    return any(
        _COMMENTS.search(f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}")
        for node in box.parents()
        if node.tag not in ("body", "html")
    )


def _is_byline(line: str, names: Sequence[str]) -> bool:
    """Say whether a line begins with "By", "Author:" and the like, and then an author."""
    rest = without_lead(line)
    return rest is not None and any(rest.startswith(name) for name in names)


def _written(page: Page, names: Sequence[str], outlets: Sequence[str]) -> Iterator[tuple[str, Contact]]:
    """Give the contacts that readers see anywhere, by their names or in boxes."""
    shown = page.outline
    lines = contact_lines(shown, "\n".join(shown.lines))
    yield from named_contacts(shown, lines, names, outlets)
    if lines:
        for bio in find_boxes(shown, names):
            for name, contacts in box_contacts(bio, outlets):
                yield from ((name, contact) for contact in contacts if name in names)


def _linked(page: Page, names: Sequence[str]) -> Iterator[tuple[str, Contact]]:
    """Give the contacts that links anywhere lead to, and the one stated for Twitter, if they hold a name."""
    for href, node in page.contact_nodes:
        contact = _href_contact(href)
        if contact is None:
            continue
        label = fold(Element(node, "a", {}).text(LONGEST_ANCHOR))
        holders = [name for name in names if belongs(contact, name) or (" " in name and fold(name) in label)]
        if len(holders) == 1 and not _is_comment(Element(node, "a", {})):
            yield holders[0], contact
    for contact in _creator(page):
        yield from ((name, contact) for name in names if belongs(contact, name))


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


def _is_in_frame(page: Page, contact: Contact) -> bool:
    """Say whether the head or foot of the page, or a column beside the text, links to an account."""
    return isinstance(contact, Handle) and any(
        _frames(node) for href, node in page.contact_nodes if _href_contact(href) == contact
    )


def _frames(node: object) -> bool:
    for parent in Element(node, "", {}).parents():
        label = f"{parent.attributes.get('class') or ''} {parent.attributes.get('id') or ''}"
        if parent.tag == "article" or _ARTICLE.search(label):
            return False
        if parent.tag in _FRAME_TAGS or _FRAME.search(label):
            return True
    return False


def _may_be_personal(contact: Contact, outlets: Sequence[str]) -> bool:
    if isinstance(contact, str):
        return not is_role(contact)
    name = contact.handle.partition("@")[0]
    return not _is_on_site(contact, outlets) and not any(same_letters(name, outlet) for outlet in outlets)


def _is_on_site(contact: Contact, outlets: Sequence[str]) -> bool:
    """Say whether `site.example/@name` is a page of the site itself, though it looks like one of a Mastodon server."""
    server = contact.handle.partition("@")[2].casefold() if isinstance(contact, Handle) else ""
    return bool(server) and any(server == outlet or same_letters(site_label(server), outlet) for outlet in outlets)


def _creator(page: Page) -> list[Contact]:
    """Give the account of `twitter:creator`, which is often a placeholder or the site's."""
    handle = (page.first_meta("twitter:creator") or "").split("/")[-1].lstrip("@")
    found = profile(f"https://twitter.com/{handle}")
    return [found] if found is not None else []
