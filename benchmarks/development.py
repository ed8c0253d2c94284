"""The development pages, decoded, and how an extracted text is scored against what is known of a page."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
from resiliparse.extract.html2text import extract_plain_text

from ingest.builtin.decode import Decode
from ingest.document import Document

__all__ = ["Page", "read_pages", "scores"]

WORD = re.compile(r"\w+")
SETS = ("pages", "segments", "reader")


@dataclass(frozen=True)
class Page:
    """A page as text, and what of it should be kept: the content as a whole, or pieces that must and must not be there."""

    id: str
    kind: str
    document: Document
    page_type: str = ""
    content: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    words: Counter[str] = field(default_factory=Counter)


def read_pages(data: Path, most: int | None = None) -> list[Page]:
    """Read the pages of all three sets; with `most`, so many of each, taken evenly."""
    found: list[Page] = []
    for kind in SETS:
        rows = pq.read_table(data / "extraction" / f"{kind}-dev.parquet").to_pylist()
        step = max(1, len(rows) // most) if most else 1
        found += [_page(kind, row) for row in rows[::step][:most]]
    return found


def _page(kind: str, row: dict[str, object]) -> Page:
    html = row["html"]
    assert isinstance(html, bytes)
    document = Document(str(row["id"]), content=html, media_type="text/html", url=str(row.get("url") or "") or None)
    decoded = Decode().apply(document)
    document = decoded if isinstance(decoded, Document) else document
    if kind == "segments":
        wanted, unwanted = row["with"], row["without"]
        assert isinstance(wanted, list)
        assert isinstance(unwanted, list)
        return Page(document.id, kind, document, wanted=tuple(wanted), unwanted=tuple(unwanted))
    content = (
        row["main_content"] if kind == "pages" else extract_plain_text(str(row["expected_html"]), main_content=False)
    )
    text = str(content or "")
    return Page(document.id, kind, document, str(row.get("page_type") or kind), text, words=Counter(words(text)))


def words(text: str) -> list[str]:
    """Give the words of a text, in lower case."""
    return WORD.findall(text.lower())


def word_f1(text: str, page: Page) -> float:
    """Give the harmonic mean of precision and recall over the bags of words."""
    predicted = Counter(words(text))
    if not page.words or not predicted:
        return float(not page.words and not predicted)
    overlap = (predicted & page.words).total()
    precision, recall = overlap / predicted.total(), overlap / page.words.total()
    return 2 * precision * recall / (precision + recall) if overlap else 0.0


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Give the runs of four words, as article benchmarks compare them; a shorter text is one run."""
    found = words(text)
    return Counter(tuple(found[start : start + 4]) for start in range(max(1, len(found) - 3)))


def shingle_f1(results: Sequence[tuple[Page, str]]) -> float:
    """Give the harmonic mean of the pages' mean precision and mean recall over runs of four words."""
    precision, recall = [], []
    for page, text in results:
        predicted, content = shingles(text), shingles(page.content or "")
        overlap = (predicted & content).total()
        precision.append(overlap / predicted.total())
        recall.append(overlap / content.total())
    return statistics.harmonic_mean((statistics.mean(precision), statistics.mean(recall)))


def scores(pages: Sequence[Page], texts: Sequence[str]) -> dict[str, float]:
    """Give the figures of one extractor: word F1 in all and by type of page, and those of the segments."""
    return dict(_figures(list(zip(pages, texts, strict=True))))


def _figures(results: list[tuple[Page, str]]) -> Iterator[tuple[str, float]]:
    by_kind: dict[str, list[float]] = defaultdict(list)
    by_type: dict[str, list[float]] = defaultdict(list)
    right = wrong = missed = 0
    for page, text in results:
        if page.kind == "segments":
            hits = sum(piece in text for piece in page.wanted)
            right, missed = right + hits, missed + len(page.wanted) - hits
            wrong += sum(piece in text for piece in page.unwanted)
        else:
            by_kind[page.kind].append(score := word_f1(text, page))
            if page.kind == "pages":
                by_type[page.page_type].append(score)
    if by_kind["pages"]:
        yield "pages: word F1", statistics.mean(by_kind["pages"])
        yield from ((f"... {name}", statistics.mean(values)) for name, values in sorted(by_type.items()))
        yield "articles: 4-gram F1", shingle_f1([one for one in results if one[0].page_type == "article"])
    if right + missed:
        precision, recall = right / max(1, right + wrong), right / (right + missed)
        yield "segments: precision", precision
        yield "segments: recall", recall
        yield "segments: F1", 2 * precision * recall / max(1e-9, precision + recall)
    if by_kind["reader"]:
        yield "reader views: word F1", statistics.mean(by_kind["reader"])
