"""When a page was published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ingest.builtin.metadata.dates import date_in_text, date_in_url, days_between, iso_date
from ingest.builtin.metadata.elements import Element
from ingest.builtin.metadata.page import Page
from ingest.content.jsonld import strings

__all__ = ["find_published"]

_DATES = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "citation_publication_date", "citation_date", "publish-date", "publish_date", "publishdate", "publication_date",
    "pubdate", "published_date", "published-date", "date", "article.published", "last-modified-date", "cxenseparse:recs:publishtime",
    "article:published", "date_published", "article_date_original", "originalpublicationdate", "vr:published_time",
)  # fmt: skip
_CHANGES = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified")
_DATE_CLASSES = frozenset(
    "published post-date entry-date date posted-on pubdate article-date timestamp datum publish-date".split()
)
_DATE_WORDS = re.compile(r"date|Date|publish|datum|fecha|data-")
_META_WORDS = re.compile(r"meta|byline|info")
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
# Elements of one sort to look at, and how far up the article or its header may be around one.
MOST_ALIKE = 3

Test = Callable[[Element], bool]


def find_published(page: Page, text: str, url: str | None, title: str | None) -> str | None:
    """Give the date of publication: as stated, as in the address, as marked up, as shown, or as the text begins.

    Pages restamp what they state when they move or are edited, so an earlier date at the headline counts more. What
    is marked up in the body may be a comment's, so a day in the address goes before it.
    """
    shown = _date_at_headline(page, title)
    if found := _first_date(_stated_dates(page)):
        return _earlier(found, shown)
    if url and (found := date_in_url(url)):
        return found
    if found := _first_date(_dates_in(page, _MARKED)):
        return _earlier(found, shown)
    return (
        shown
        or _first_date(_dates_in(page, _SHOWN))
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


def _dates_in(page: Page, tests: Sequence[Test]) -> Iterator[str]:
    """Give what elements hold that show a date: the machine's form of it first, then what readers see."""
    for test in tests:
        for element in page.find(test, MOST_ALIKE):
            yield element.get("datetime") or element.get("content") or element.get("title")
            yield element.text(80)


def _is_marked(element: Element) -> bool:
    return "datepublished" in element.roles


def _is_pubdate(element: Element) -> bool:
    return element.tag == "time" and "pubdate" in element.attributes


def _is_in_header(element: Element) -> bool:
    """Say whether a time stands in the header of an article."""
    if element.tag != "time":
        return False
    around = list(element.parents())
    if any("entry-header" in label or "post-header" in label for label in (_classes(node) for node in around)):
        return True
    tags = [node.tag for node in around]
    return "header" in tags and "article" in tags[tags.index("header") :]


def _classes(node: object) -> list[str]:
    return (getattr(node, "attributes", {}).get("class") or "").lower().split()


def _is_published_time(element: Element) -> bool:
    classes = element.classes
    return (element.tag == "time" and bool(classes & {"published", "entry-date"})) or (
        element.tag == "abbr" and "published" in classes
    )


def _is_time_of_article(element: Element) -> bool:
    return element.tag == "time" and any(node.tag in ("article", "main") for node in element.parents())


def _is_time(element: Element) -> bool:
    return element.tag == "time"


def _is_called_date(element: Element) -> bool:
    return bool(element.classes & _DATE_CLASSES)


def _may_be_date(element: Element) -> bool:
    return _DATE_WORDS.search(element.attributes.get("class") or "") is not None


def _may_hold_date(element: Element) -> bool:
    return _META_WORDS.search(element.attributes.get("class") or "") is not None


_MARKED: tuple[Test, ...] = (_is_marked, _is_pubdate, _is_in_header, _is_published_time)
_SHOWN: tuple[Test, ...] = (_is_time_of_article, _is_time, _is_called_date, _may_be_date, _may_hold_date)
