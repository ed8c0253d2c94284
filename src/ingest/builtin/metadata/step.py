"""The step that reads a page's metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.builtin.metadata.dates import date_in_text, date_in_url, days_between, iso_date
from ingest.builtin.metadata.jsonld import strings
from ingest.builtin.metadata.page import Page, text_of
from ingest.builtin.metadata.people import find_authors
from ingest.builtin.metadata.titles import find_site, find_title
from ingest.document import Document
from ingest.step import Annotator

__all__ = ["Metadata"]

_DATES = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "citation_publication_date", "citation_date", "publish-date", "publish_date", "publishdate", "publication_date",
    "pubdate", "published_date", "published-date", "date", "article.published", "last-modified-date", "cxenseparse:recs:publishtime",
    "article:published", "date_published", "article_date_original", "originalpublicationdate", "vr:published_time",
)  # fmt: skip
_CHANGES = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified")
_MARKED_DATES = (
    '[itemprop~="datePublished"]', "time[pubdate]", "article header time, .entry-header time, .post-header time",
    "time.published, time.entry-date, abbr.published",
)  # fmt: skip
_SHOWN_DATES = (
    "article time, main time", "time",
    ".published, .post-date, .entry-date, .date, .posted-on, .pubdate, .article-date, .timestamp, .datum, .publish-date",
    '[class*="date"], [class*="Date"], [class*="publish"], [class*="datum"], [class*="fecha"], [class*="data-"]',
    '[class*="meta"], [class*="byline"], [class*="info"]',
)  # fmt: skip
_LABEL = re.compile(
    r"\b(?:published|posted|publication date|veröffentlicht|erschienen|erstellt|publié|mis en ligne|publicado|publicada"
    r"|pubblicato|gepubliceerd|geplaatst|opublikowano|опубликовано|datum|date|stand|last edited|updated|aktualisiert)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"(?:last )?(?:updated|modified|edited|reviewed)\b|(?:zuletzt )?(?:aktualisiert|geändert)\b|mis à jour\b|actualizado\b"
    r"|aggiornato\b|atualizado\b|bijgewerkt\b|обновлено\b",
    re.IGNORECASE,
)
# How far into the text a date may stand and still be that of the publication.
TOP_CHARS = 1000


class Metadata(Annotator):
    """Read title, site, date and authors from the markup of a page, and description, licence and declared language.

    Sources are trusted in this order: JSON-LD, Open Graph and other `<meta>`, microdata, the lines around the headline,
    elements whose class says what they hold, the address. Two things that readers see count more than what is stated: a
    heading that agrees with the stated title, and a date at the headline that is earlier than the stated one. What a
    reader of records found already is kept.
    """

    name = "metadata"

    def annotate(self, doc: Document) -> Document:
        if not doc.markup:
            return doc
        page = Page(doc.markup)
        canonical = _canonical(page)
        url = doc.url or canonical
        site = doc.site or find_site(page, url)
        metadata = {
            "canonical_url": canonical,
            "declared_language": page.language,
            "description": page.first_meta("og:description", "description", "twitter:description", "dc.description"),
            "license": _license(page),
        }
        title = doc.title or find_title(page, site, url)
        found = {key: value for key, value in metadata.items() if value and key not in doc.metadata}
        return doc.replace(
            url=url,
            site=site,
            title=title,
            published=doc.published or _published(page, doc.text, url, title),
            authors=doc.authors or find_authors(page, site, title, url),
            metadata={**doc.metadata, **found},
        )


def _canonical(page: Page) -> str | None:
    links = [*page.attributes('link[rel~="canonical"][href]', "href"), *page.meta.get("og:url", [])]
    return next((link for link in links if link.startswith(("http://", "https://"))), None)


def _license(page: Page) -> str | None:
    stated = [
        *strings(page.article.get("license")),
        *page.meta.get("dc.rights", []),
        *page.meta.get("dcterms.license", []),
    ]
    linked = page.attributes('link[rel~="license"][href], a[rel~="license"][href]', "href")
    return next(iter([*stated, *linked]), None)


def _published(page: Page, text: str, url: str | None, title: str | None) -> str | None:
    """Give the date of publication: as stated, as in the address, as marked up, as shown, or as the text begins.

    Pages restamp what they state when they move or are edited, so an earlier date at the headline counts more. What
    is marked up in the body may be a comment's, so a day in the address goes before it.
    """
    shown = _date_at_headline(page, title)
    if found := _first_date(_stated_dates(page)):
        return _earlier(found, shown)
    if url and (found := date_in_url(url)):
        return found
    if found := _first_date(_dates_in(page, _MARKED_DATES)):
        return _earlier(found, shown)
    return (
        shown
        or _first_date(_dates_in(page, _SHOWN_DATES))
        or date_in_text(text[:TOP_CHARS])
        or next(_labelled_dates(page), None)
        or _modified(page)
    )


def _first_date(values: Iterable[str]) -> str | None:
    return next((found for value in values if (found := iso_date(value))), None)


def _earlier(stated: str, shown: str | None) -> str:
    """Give the date at the headline if it is earlier than the stated one, else that one.

    A moment and the day before may be the same in two time zones, so there the moment stays.
    """
    if shown is None:
        return stated
    return shown if days_between(shown, stated) > (1 if "T" in stated else 0) else stated


def _date_at_headline(page: Page, title: str | None) -> str | None:
    """Give the first date in the lines around the headline, those right behind it first."""
    for behind, before in page.openings(title):
        for line in (*behind[:4], *before, *behind[4:]):
            if _CHANGED.match(line):
                continue
            if found := date_in_text(line):
                return found
    return None


def _labelled_dates(page: Page) -> Iterator[str]:
    """Give the dates in lines that say that they give one."""
    for line in page.lines:
        if len(line) <= 160 and (label := _LABEL.search(line)) and (found := date_in_text(line[label.end() :][:60])):
            yield found


def _modified(page: Page) -> str | None:
    """Give the date of the last change: no better than an upper bound, but near where a page has no other."""
    stated = [
        *strings(page.article.get("dateModified")),
        *(page.meta[name][0] for name in _CHANGES if name in page.meta),
    ]
    return _first_date(stated)


def _stated_dates(page: Page) -> Iterator[str]:
    """Give what the page states as its date, the most trusted first."""
    yield from strings(page.article.get("datePublished"))
    for item in page.objects:
        yield from strings(item.get("datePublished"))
    yield from strings(page.article.get("dateCreated"))
    for name in _DATES:
        yield from page.meta.get(name, [])[:1]


def _dates_in(page: Page, selectors: Sequence[str]) -> Iterator[str]:
    """Give what elements hold that show a date: the machine's form of it first, then what readers see."""
    for selector in selectors:
        for element in page.select(selector)[:3]:
            yield element.getattr("datetime") or element.getattr("content") or element.getattr("title") or ""
            yield text_of(element, 80)
