"""Extract ten thousand pages in one process, and print how much memory it holds on the way.

    python benchmarks/memory.py --data DATA [--pages 10000]

The development pages come in turn, again and again, through `extract` and `metadata`. What is held after the first 500
is the bar for all the rest.
"""

from __future__ import annotations

import argparse
import os
from itertools import cycle, islice
from pathlib import Path

from development import read_pages

from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.document import Document

FIRST, STEP = 500, 1000


def resident() -> float:
    """Give the megabytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Extract and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--only-extract", action="store_true", help="without the metadata")
    options = parser.parse_args()
    documents = [page.document for page in read_pages(options.data)]
    steps = (Extract(),) if options.only_extract else (Extract(), Metadata())
    print(f"{0:>7,} pages {resident():8.1f} MB, the pages themselves among it", flush=True)
    for number, document in enumerate(islice(cycle(documents), options.pages), start=1):
        result: object = document
        for step in steps:
            if isinstance(result, Document):
                result = step.apply(result)
        if number == FIRST or number % STEP == 0:
            print(f"{number:>7,} pages {resident():8.1f} MB", flush=True)


if __name__ == "__main__":
    main()
