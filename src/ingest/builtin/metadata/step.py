"""The step that reads a page's metadata."""

from __future__ import annotations

from ingest.builtin.metadata.page import Page
from ingest.builtin.metadata.people import find_authors
from ingest.builtin.metadata.published import find_published
from ingest.builtin.metadata.titles import find_site, find_title
from ingest.content.jsonld import strings
from ingest.document import Document
from ingest.step import Annotator

__all__ = ["Metadata"]

MOST_OUTLINKS = 1000


class Metadata(Annotator):
    """Read title, site, date and authors from the markup of a page, and description, licence and declared language.

    Sources are trusted in this order: JSON-LD, Open Graph and other `<meta>`, microdata, the lines around the headline,
    elements whose class says what they hold, the address, the lines around the text. Two things that readers see count
    more than what is stated: a heading that agrees with the stated title, and the date in a line at the headline that
    tells little else, unless it is that of a change, or the address is of the stated day or month. What a reader of
    records found already is kept.
    """

    name = "metadata"

    outlinks: bool = False
    """Put the addresses that the page links to into the metadata as `outlinks`, one a line, in the order of the page,
    each once; at most 1,000, and none that is relative."""

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
            "outlinks": "\n".join(page.outlinks(MOST_OUTLINKS)) if self.outlinks else None,
        }
        title = doc.title or find_title(page, site, url)
        found = {key: value for key, value in metadata.items() if value and key not in doc.metadata}
        return doc.replace(
            url=url,
            site=site,
            title=title,
            published=doc.published or find_published(page, doc.text, url, title),
            authors=doc.authors or find_authors(page, site, title, url),
            metadata={**doc.metadata, **found},
        )


def _canonical(page: Page) -> str | None:
    links = [*page.linked("canonical"), *page.meta.get("og:url", [])]
    return next((link for link in links if link.startswith(("http://", "https://"))), None)


def _license(page: Page) -> str | None:
    stated = [
        *strings(page.article.get("license")),
        *page.meta.get("dc.rights", []),
        *page.meta.get("dcterms.license", []),
    ]
    return next(iter([*stated, *filter(None, page.linked("license"))]), None)
