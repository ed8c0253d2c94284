"""Read the metadata of the segment pages with ingest and with libraries, and put the figures into `benchmarks/README.md`.

    python benchmarks/metadata.py --data DATA [--pages N]

DATA is a folder with `extraction/segments-dev.parquet`; it is not part of this repository. Title and authors must be the
same but for case and spaces, authors as a set; of the date of publication the day counts. The tools take turns page by page;
ingest reads everything in three steps, the libraries what they are for.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import statistics
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from development import read_pages
from readme import put

from ingest.builtin.authors import Authors
from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.builtin.title import Title
from ingest.document import Document

FIELDS = ("title", "authors", "published")
Found = dict[str, Any]
Reader = Callable[[Document], Found]
STEPS = (Metadata(), Title(), Authors())


def ingest(document: Document) -> Found:
    """Give what the steps of this project find that read metadata, from the markup and from the text."""
    result: Any = document
    for step in STEPS:
        result = step.apply(result) if isinstance(result, Document) else result
    if not isinstance(result, Document):
        return {}
    return {"title": result.title, "authors": [one.name for one in result.authors], "published": result.published}


def htmldate(document: Document) -> Found:
    """Give the date of publication by htmldate, as its documentation calls it for an original date."""
    from htmldate import find_date

    return {"published": find_date(document.markup, url=document.url, original_date=True)}


def trafilatura(document: Document) -> Found:
    """Give the metadata by trafilatura, which asks htmldate for the date."""
    from trafilatura import extract_metadata

    found = extract_metadata(document.markup, default_url=document.url)
    authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
    return {"title": found.title, "authors": authors, "published": found.date}


def extruct(document: Document) -> Found:
    """Give what JSON-LD, microdata and Open Graph state, by extruct."""
    from extruct import extract as library

    data = library(document.markup, syntaxes=["json-ld", "microdata", "opengraph"], uniform=True, errors="ignore")
    items = [item for kind in ("json-ld", "microdata", "opengraph") for item in data.get(kind, ())]
    stated = [_first(item.get("author")) for item in items]
    return {
        "title": next(filter(None, (item.get("headline") or item.get("og:title") for item in items)), None),
        "authors": next(filter(None, stated), []),
        "published": next(
            filter(None, (item.get("datePublished") or item.get("article:published_time") for item in items)), None
        ),
    }


def _first(value: Any) -> list[str]:
    """Give the names in a stated author."""
    some = value if isinstance(value, list) else [value]
    names = [one.get("name") if isinstance(one, dict) else one for one in some]
    return [name for name in names if isinstance(name, str)]


READERS: dict[str, tuple[Reader, Sequence[str]]] = {
    "ingest": (ingest, FIELDS),
    "trafilatura": (trafilatura, FIELDS),
    "htmldate": (htmldate, ("published",)),
    "extruct": (extruct, FIELDS),
}


def fold(text: Any) -> str:
    """Give a text without differences of case and space."""
    return unicodedata.normalize("NFKC", " ".join(str(text or "").split())).casefold()


def is_right(field: str, found: Found, gold: Mapping[str, Any]) -> bool:
    """Say whether a field is what people read off the page."""
    if field == "authors":
        return sorted(map(fold, found.get("authors") or ())) == sorted(map(fold, gold["authors"]))
    if field == "published":
        return str(found.get("published") or "")[:10] == gold["date"][:10]
    return fold(found.get("title")) == fold(gold["title"])


def measure(documents: Sequence[Document], golds: Sequence[Mapping[str, Any]]) -> str:
    """Give the table."""
    right: dict[tuple[str, str], list[bool]] = {(name, field): [] for name in READERS for field in FIELDS}
    spent: dict[str, list[float]] = {name: [] for name in READERS}
    for number, (document, gold) in enumerate(zip(documents, golds, strict=True)):
        names = list(READERS)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            reader, fields = READERS[name]
            started = time.process_time()
            try:
                found = reader(document)
            except Exception:  # noqa: BLE001 - what a library raises on a page counts as nothing found
                found = {}
            spent[name].append((time.process_time() - started) * 1e3)
            for field in fields:
                if gold["date" if field == "published" else field]:
                    right[name, field].append(is_right(field, found, gold))
    rows = [f"| | {' | '.join(FIELDS)} | CPU ms a page |", "|---|---:|---:|---:|---:|"]
    for name in READERS:
        figures = [f"{statistics.mean(some):.3f}" if (some := right[name, field]) else "" for field in FIELDS]
        rows.append(f"| {name} | {' | '.join(figures)} | {statistics.mean(spent[name]):.1f} |")
    return "\n".join(rows)


def main() -> None:
    """Read, score, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, help="so many, and nothing is written")
    options = parser.parse_args()
    golds = {row["id"]: row for row in pq.read_table(options.data / "extraction/segments-dev.parquet").to_pylist()}
    pages = [page for page in read_pages(options.data) if page.kind == "segments"][: options.pages]
    texts = [Extract().apply(page.document) for page in pages]
    documents = [text for text in texts if isinstance(text, Document)]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("trafilatura", "htmldate", "extruct"))
    section = (
        f"Measured {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with Python {platform.python_version()}, {libraries}; "
        f"{len(documents)} pages.\n\n{measure(documents, [golds[document.id] for document in documents])}\n"
    )
    print(section)
    if options.pages:
        return
    put("metadata", section)


if __name__ == "__main__":
    main()
