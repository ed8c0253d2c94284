"""Extract ten thousand pages in one process, and print how much memory it holds on the way.

    python benchmarks/memory.py --data DATA [--pages 10000]

The development pages stream from their files, again and again, through `decode`, `extract` and `metadata`. In every round
their classes have another name in front, so that what is kept of names cannot be full after the first. What is held after
the first 500 pages is the bar for all the rest.
"""

from __future__ import annotations

import argparse
import os
from collections import deque
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.document import Document

FIRST, STEP = 500, 1000
# Of what is held behind so many pages the least counts: a large page takes much for a moment.
LAST = 100
SETS = ("pages", "segments", "reader")
BATCH = 8
STEPS = (Decode(), Extract(), Metadata())


def resident() -> float:
    """Give the megabytes that the process holds now, without what Arrow reads pages into."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 - pa.total_allocated_bytes() / 1e6


def documents(data: Path) -> Iterator[Document]:
    """Give the pages without end, their classes new in every round."""
    for turn in count():
        for name in SETS:
            with pq.ParquetFile(data / "extraction" / f"{name}-dev.parquet") as file:
                for batch in file.iter_batches(BATCH, columns=["id", "html"]):
                    for row in batch.to_pylist():
                        content = row["html"].replace(b'class="', f'class="round{turn}-'.encode())
                        yield Document(row["id"], content=content, media_type="text/html")


def main() -> None:
    """Extract and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=10_000)
    options = parser.parse_args()
    print(f"{0:>7,} pages {resident():8.1f} MB", flush=True)
    held: deque[float] = deque(maxlen=LAST)
    for number, document in enumerate(islice(documents(options.data), options.pages), start=1):
        result: object = document
        for step in STEPS:
            if isinstance(result, Document):
                result = step.apply(result)
        held.append(resident())
        if number == FIRST or number % STEP == 0:
            print(f"{number:>7,} pages {min(held):8.1f} MB", flush=True)


if __name__ == "__main__":
    main()
