"""When a page was published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ingest.builtin.metadata.datelines import Dateline, datelines
from ingest.builtin.metadata.dates import date_in_text, date_in_url, dates_in_text, days_between, iso_date, month_in_url
from ingest.builtin.metadata.elements import Element
from ingest.builtin.metadata.opening import edges
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
    r"\b(?:published|posted|publication date|veröffentlicht|erschienen|erstellt|gepostet|publié|mis en ligne|publicado|publicada"
    r"|pubblicato|gepubliceerd|geplaatst|opublikowano|опубликовано|datum|date|stand|last edited|updated|aktualisiert|zuletzt|last modified|copyright)\b|©|发布|发表|更新|公開|掲載|投稿",
    re.IGNORECASE,
)
# How far into the text a date may stand and still be that of the publication, and how it may open the text: "Quayport,
# 3 March 2024 – The board keeps the cranes".
TOP_CHARS = 1000
FRONT_LINES = 6
_DATELINE_END = re.compile(r"\s*(?:$|[-–—:|)])")
DATELINE_START = 30
# Elements of one sort to look at, and how far up the article or its header may be around one.
MOST_ALIKE = 3

Test = Callable[[Element], bool]


def find_published(page: Page, text: str, url: str | None, title: str | None) -> str | None:
    """Give the date of publication.

    What the page states counts, unless a line at the headline that is there to tell the date says otherwise, then a day
    in the address, then what is marked up, which in the body may be a comment's. Without those it is the date at the
    headline, at the start of the text, in an element called so, behind a label, in a sentence, or around the text.
    """
    lines = _datelines(page, title)
    if found := _first_date(_stated_dates(page)):
        return _weighed(found, lines, url)
    if url and (found := date_in_url(url)):
        return found
    if found := _first_date(_dates_in(page, _MARKED)):
        return _weighed(found, lines, url)
    return (
        next((line.days[0] for line in lines if line.alone and not line.changed), None)
        or _date_in_front(text)
        or _first_date(_dates_in(page, _SHOWN))
        or next(_labelled_dates(page), None)
        or next((line.days[0] for line in lines if not line.changed), None)
        or date_in_text(text[:TOP_CHARS])
        or next((line.days[0] for line in datelines(list(edges(page.lines, text))) if line.alone), None)
        or page.scripted_date
        or _modified(page)
    )


def _datelines(page: Page, title: str | None) -> list[Dateline]:
    """Give the lines with dates around the headline; where it is shown in other words than stated, around another `<h1>`."""
    shown = [text for element, text in page.headings if element.tag == "h1"]
    for heading in dict.fromkeys([title, *shown[:MOST_ALIKE]]):
        if found := list(datelines(page.openings(heading))):
            return found
    return []


def _weighed(stated: str, lines: Sequence[Dateline], url: str | None) -> str:
    """Give the stated date, or the day at the headline or in the address where that is more likely.

    Pages restamp what they state when they move, or state when somebody began to write.
    """
    if len(stated) < len("2024-03-18"):
        return stated
    in_url = (date_in_url(url) or month_in_url(url)) if url else None
    if in_url and _is_same_moment(stated, in_url):
        return in_url
    alone = [line for line in lines if line.alone and line.near]
    shown = next((line.days[0] for line in alone if not line.changed), None)
    if shown is None:
        return stated
    if in_url and stated.startswith(in_url) != shown.startswith(in_url):
        return stated if stated.startswith(in_url) else shown
    if any(stated.startswith(line.days) for line in alone):
        return stated
    has_offset = stated[len("2024-03-18T08:00:00") :] not in ("", "+00:00")
    return stated if has_offset and abs(days_between(stated, shown)) == 1 else shown


def _is_same_moment(stated: str, day: str) -> bool:
    """Say whether a moment in UTC may be on another day for the page's readers; one with an offset is on theirs already."""
    return stated.endswith("+00:00") and abs(days_between(stated, day)) == 1


def _first_date(values: Iterable[str]) -> str | None:
    return next((found for value in values if (found := iso_date(value))), None)


def _date_in_front(text: str) -> str | None:
    """Give the date with which one of the first lines of the text opens."""
    for line in text[:TOP_CHARS].split("\n")[:FRONT_LINES]:
        for start, end, day in dates_in_text(line[: 2 * DATELINE_START]):
            if start <= DATELINE_START and _DATELINE_END.match(line, end):
                return day
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
    return bool(element.roles & {"datepublished", "datecreated"})


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
