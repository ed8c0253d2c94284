"""The headline of a page, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.builtin.authors.contacts import site_label
from ingest.builtin.authors.names import fold
from ingest.builtin.metadata.elements import Element
from ingest.builtin.metadata.page import Page
from ingest.content.jsonld import strings

__all__ = ["find_site", "find_title"]

# East Asian titles have `_` or `-` between headline and site, without spaces.
_SEPARATOR = re.compile(
    r"\s+[-–—|·•»«:/]+\s+|\s*[|｜»]\s*|:\s+|(?<=[\u3040-\u9fff\uac00-\ud7af])[-_](?=[\u3040-\u9fff\uac00-\ud7af])"
)
_HEADLINE_CLASSES = re.compile(r"entry-title|post-title|headline", re.IGNORECASE)
MOST_HEADINGS = 40
MOST_PIECES = 8
_GENERIC = frozenset("home homepage startseite inicio accueil blog index untitled document news".split())


def find_title(page: Page, site: str | None, url: str | None) -> str | None:
    """Give the headline.

    A heading that readers see is it where it agrees with what the page says of itself (JSON-LD, Open Graph, `<title>`).
    Otherwise the first of those counts, without the site's name, and then a lone `<h1>`.
    """
    stated = [*strings(page.article.get("headline")), *_stated(page)]
    shown = [text for element, text in page.headings if element.tag == "h1" and not _same(text, site)][:10]
    documents = page.titles[:1]
    for heading in shown:
        if any(fold(heading) == fold(other) for other in (*stated, *documents)) and fold(heading) not in _GENERIC:
            return without_site(heading, site, url)
    if found := _headed_part([*stated, *documents], page, site, url):
        return found
    for heading in shown:
        if any(_agrees(heading, other) for other in (*stated, *documents)):
            return without_site(heading, site, url)
    for title in stated:
        if fold(title) not in _GENERIC:
            return without_site(title, site, url)
    if len(shown) == 1:
        return shown[0]
    return next((without_site(title, site, url) for title in documents), None)


def _headed_part(titles: Sequence[str], page: Page, site: str | None, url: str | None) -> str | None:
    """Give the longest part of a title, cut at separators, that is a heading of its own.

    So the name of a site or a section goes even where nothing says that it is one.
    """
    headings = {fold(text): text for text in _headings(page)}
    names = [name for name in (site, site_label(url.split("//")[-1]) if url else None) if name]
    for title in dict.fromkeys(titles):
        for part in sorted(_parts(title), key=len, reverse=True):
            folded = fold(part)
            if folded in headings and len(folded) > 3 and folded not in _GENERIC and not _is_site(part, names):
                return headings[folded]
    return None


def _headings(page: Page) -> Iterator[str]:
    """Give what readers see as a headline: headings, and what is marked up as one."""
    for _, text in page.headings[:MOST_HEADINGS]:
        yield text
    for element in page.find(_is_headline, MOST_HEADINGS):
        if text := element.text():
            yield text


def _is_headline(element: Element) -> bool:
    return "headline" in element.roles or _HEADLINE_CLASSES.search(element.attributes.get("class") or "") is not None


def _parts(title: str) -> Iterator[str]:
    """Give every run of a title's pieces."""
    pieces = _SEPARATOR.split(title)[:MOST_PIECES]
    separators = _SEPARATOR.findall(title)
    for start in range(len(pieces)):
        part = pieces[start]
        yield part
        for following in range(start + 1, len(pieces)):
            part += separators[following - 1] + pieces[following]
            yield part


def find_site(page: Page, url: str | None) -> str | None:
    """Give the name of the site: Open Graph, JSON-LD, the application's name, or the end of `<title>` that is the domain."""
    if site := page.first_meta("og:site_name"):
        return site
    if site := next(strings(page.article.get("publisher")), None):
        return site
    for item in page.objects:
        if "WebSite" in list(strings(item.get("@type"))) and (site := next(strings(item.get("name")), None)):
            return site
    if site := page.first_meta(
        "application-name", "apple-mobile-web-app-title", "dc.publisher", "twitter:app:name:iphone"
    ):
        return site
    return _site_in_title(page, url)


def without_site(title: str, site: str | None, url: str | None) -> str:
    """Take the site's name off the end or the start of a title, as far as site or address vouch for it."""
    names = [name for name in (site, site_label(url.split("//")[-1]) if url else None) if name]
    pieces = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(pieces) > 1 and _is_site(pieces[-1], names):
        pieces.pop()
        separators.pop()
    while len(pieces) > 1 and _is_site(pieces[0], names):
        pieces.pop(0)
        separators.pop(0)
    joined = "".join(piece + separator for piece, separator in zip(pieces, [*separators, ""], strict=True))
    return joined.strip() or title


def _stated(page: Page) -> list[str]:
    names = (
        "og:title",
        "twitter:title",
        "dc.title",
        "dcterms.title",
        "parsely-title",
        "sailthru.title",
        "citation_title",
        "headline",
    )
    return [page.meta[name][0] for name in names if name in page.meta]


def _agrees(heading: str, other: str) -> bool:
    """Say whether a heading is the whole of another title, or its start or end."""
    one, two = fold(heading), fold(other)
    if len(one) < 4 or one in _GENERIC:
        return False
    # What stands at the end is more often the site than the headline, unless it is most of the title.
    return one == two or (len(one) > 12 and (two.startswith(one) or (two.endswith(one) and 2 * len(one) > len(two))))


def _same(text: str, other: str | None) -> bool:
    return other is not None and fold(text) == fold(other)


def _is_site(piece: str, names: Sequence[str]) -> bool:
    letters = fold(piece).replace(" ", "")
    for name in names:
        wanted = fold(name).replace(" ", "")
        if letters == wanted or (
            len(letters) > 3 and (letters in (f"{wanted}com", f"{wanted}de", f"{wanted}org", f"the{wanted}"))
        ):
            return True
        if len(wanted) > 5 and letters.startswith(wanted) and len(letters) < 2 * len(wanted):
            return True
    return False


def _site_in_title(page: Page, url: str | None) -> str | None:
    if not url:
        return None
    label = fold(site_label(url.split("//")[-1])).replace(" ", "")
    for title in page.titles:
        for piece in reversed(_SEPARATOR.split(title)):
            if label and fold(piece).replace(" ", "") == label:
                return piece.strip()
    return None
