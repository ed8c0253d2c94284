"""Score the step `template` on pages whose sites are known, and count a large corpus of lines in bounded memory.

    python benchmarks/template.py --data DATA [--lines 10000000]

DATA holds `flat/flat-dev.parquet`: pages as plain text, in three styles of scrapers, with their content. Of those, the
sites with three pages or more are taken, style by style. A line counts as content if it stands in the content as a line, or
with 25 characters or more anywhere in it. Every corpus of lines is counted by a process of its own, so that what it says of
its memory is that of the counting.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from readme import put

from ingest.builtin.template import Template
from ingest.counts import Spill, Table, merge
from ingest.document import Document
from ingest.testing import count_keys

WORD = re.compile(r"\w+")
FEWEST = 3
LONG = 25
STYLES = ("lines", "paragraphs", "rendered")
# What is tried, and what it is called in the table.
RULES = {
    "every line on 2 pages": Template(min_pages=2, min_share=0, min_run=1),
    "every line on 3 pages": Template(min_share=0, min_run=1),
    "... and on 0.3 of them": Template(min_run=1),
    "... and in a row of 3 (the default)": Template(),
    "the default, digits masked": Template(mask_digits=True),
    "the default, paragraphs": Template(unit="paragraph"),
}
MEMORY = 64 * 2**20
LINES_OF_PAGE = 50
PAGES_OF_SHARD = 2000


@dataclass(frozen=True)
class Page:
    """A page, its content, and of each of its lines whether it is content."""

    document: Document
    content: Counter[str]
    is_content: Sequence[bool]
    f1: float
    """Word F1 of the whole text."""


@dataclass
class Score:
    """What a rule did to the pages."""

    caught: int = 0
    lost: int = 0
    boilerplate: int = 0
    content: int = 0
    f1: float = 0.0
    worse: int = 0

    def row(self, name: str) -> str:
        """Give a row of the table."""
        caught, lost = self.caught / self.boilerplate, self.lost / self.content
        precision = self.caught / max(1, self.caught + self.lost)
        return f"| {name} | {caught:.3f} | {lost:.3f} | {precision:.3f} | {self.f1:.4f} | {self.worse} |"


def read_pages(data: Path, style: str) -> list[Page]:
    """Read the pages of one style whose sites have enough of them."""
    rows = pq.read_table(data / "flat/flat-dev.parquet", filters=[("style", "=", style)]).to_pylist()
    sites: dict[str, list[Page]] = defaultdict(list)
    for row in rows:
        document = Document(row["id"], text=row["text"], url=row["url"])
        if keys := Template().keys(document):
            sites[keys[0]].append(_page(document, row["main_content"] or ""))
    return [page for pages in sites.values() if len(pages) >= FEWEST for page in pages]


def _page(document: Document, content: str) -> Page:
    whole, lines = squeezed(content), {squeezed(line) for line in content.split("\n")}
    found = [squeezed(line) for line in document.text.split("\n")]
    is_content = [line in lines or (len(line) >= LONG and line in whole) for line in found]
    return Page(document, words(content), is_content, word_f1(document.text, words(content)))


def squeezed(text: str) -> str:
    """Give the text in lower case, with single spaces."""
    return " ".join(text.split()).casefold()


def words(text: str) -> Counter[str]:
    """Give the words of a text with their numbers."""
    return Counter(WORD.findall(text.lower()))


def word_f1(text: str, content: Counter[str]) -> float:
    """Give the harmonic mean of precision and recall over the bags of words."""
    found = words(text)
    return 2 * (found & content).total() / max(1, found.total() + content.total())


def score(step: Template, styles: Sequence[Sequence[Page]]) -> Score:
    """Run a step over the pages, each style a corpus of its own, and compare."""
    result, after = Score(), []
    for pages in styles:
        documents = [page.document for page in pages]
        for page, found in zip(pages, step.process_counted(documents, count_keys(step, documents)), strict=True):
            assert isinstance(found, Document)
            _compare(result, page, found)
            after.append(word_f1(found.text, page.content))
            result.worse += after[-1] < page.f1 - 0.02
    result.f1 = statistics.mean(after)
    return result


def _compare(result: Score, page: Page, found: Document) -> None:
    """Count the lines that went, and those there were."""
    starts = [edit.start for edit in found.edits]
    start = 0
    for line, is_content in zip(page.document.text.split("\n"), page.is_content, strict=True):
        place = bisect_right(starts, start)
        went = place > 0 and start < found.edits[place - 1].end
        start += len(line) + 1
        if line.strip() and is_content:
            result.content, result.lost = result.content + 1, result.lost + went
        elif line.strip():
            result.boilerplate, result.caught = result.boilerplate + 1, result.caught + went


def count_lines(lines: int) -> str:
    """Count a made-up corpus, in which one line of five is one of a template, and give a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        runs = []
        pages = lines // LINES_OF_PAGE * 5 // 4
        for shard, first in enumerate(range(0, pages, PAGES_OF_SHARD)):
            spill = Spill(f"{folder}/{shard:05d}", MEMORY)
            for number in range(first, min(pages, first + PAGES_OF_SHARD)):
                own = [f"line {place} of page {number}" for place in range(LINES_OF_PAGE * 4 // 5)]
                shared = [f"template {place} of site {number % 1000}" for place in range(LINES_OF_PAGE // 5)]
                spill.add(own + shared, str(number))
            spill.flush()
            runs += spill.runs
        spilled = time.process_time() - started
        facts = merge(runs, f"{folder}/table", MEMORY, step="template", config_sha256="")
        merged = time.process_time() - started - spilled
        table = Table(f"{folder}/table")
        assert table.count(["template 0 of site 7", "line 1 of page 3"]) == [len(range(7, pages, 1000)), 1]
        on_disk = sum(os.path.getsize(run.path) for run in runs) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {facts.keys:,} | {len(runs):,} | {on_disk:,.0f} | {spilled:.1f} | {merged:.1f} | {peak:.0f} |"


def main() -> None:
    """Score, count, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.count:
        print(count_lines(options.count))
        return
    styles = [read_pages(options.data, style) for style in STYLES]
    pages = sum(map(len, styles))
    untouched = statistics.mean(page.f1 for style in styles for page in style)
    parts = [
        f"Measured with Python {platform.python_version()}, numpy {np.__version__}; {pages} pages of sites with {FEWEST} "
        "pages or more.\n",
        "| | boilerplate caught | content lost | precision | word F1 | pages worse by 0.02 |\n|---|---:|---:|---:|---:|---:|",
        f"| nothing taken out | 0 | 0 | | {untouched:.4f} | 0 |",
        *(score(step, styles).row(name) for name, step in RULES.items()),
        f"\nCounting lines, with {MEMORY // 2**20} MB for it and a process that takes about 90 MB before:\n",
        "| different lines | files | MB on disk | CPU s, hash and write | CPU s, merge | peak MB |\n|---:|---:|---:|---:|---:|---:|",
    ]
    for lines in (options.lines // 100, options.lines // 10, options.lines):
        command = [sys.executable, __file__, "--count", str(lines)]
        parts.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    print("\n".join(parts))
    put("template", "\n".join(parts))


if __name__ == "__main__":
    main()
