"""Web archives in parts: together they give what the whole file gives."""

from __future__ import annotations

import gzip
import io
import random
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from warcs import HTML, http, packed, page, plain, record

from ingest.builtin.readers import WarcReader
from ingest.endpoints import Part
from ingest.input.files import InputFile

NOISE = random.Random(1)
INNER = [page(number + 500, 900) for number in range(60)]
# An archive that is the payload of a record: its members stand in the file as they are, for they can't be packed further.
NESTED = record(200, http(packed(*INNER), {"Content-Type": "text/plain"}))
# And one whose text holds the text of records.
QUOTING = record(201, http(b"\r\n\r\n" + plain(*INNER[:20]), HTML))
PAGES = [page(number, 200 + 50 * (number % 40)) for number in range(80)]
RECORDS = [*PAGES[:20], NESTED, *PAGES[20:40], QUOTING, *PAGES[40:], record(202, b"fetch: 1", "metadata")]


def broken(entry: bytes) -> bytes:
    return entry[:90] + b"\xff\xff" + entry[92:]


FILES = {
    "a.warc": plain(*RECORDS),
    "a.warc.gz": packed(*RECORDS),
    "stored.warc.gz": packed(*RECORDS, level=0),
    "several.warc.gz": b"".join(gzip.compress(plain(*RECORDS[at : at + 5])) for at in range(0, len(RECORDS), 5)),
    "damaged.warc": plain(*RECORDS[:30], page(300)[:-70], *RECORDS[30:]),
    "damaged.warc.gz": b"".join(broken(packed(entry)) if at in (7, 60) else packed(entry) for at, entry in enumerate(RECORDS)),
}  # fmt: skip


@settings(max_examples=30)
@given(step=st.integers(200, 60_000), name=st.sampled_from(sorted(FILES)))
@example(200, "a.warc")
@example(200, "a.warc.gz")
@example(200, "stored.warc.gz")
@example(200, "damaged.warc.gz")
@example(5000, "several.warc.gz")
def test_the_parts_give_what_the_whole_gives(make: Any, step: int, name: str) -> None:
    file = make(name, FILES[name])
    reader = WarcReader(part_bytes=step)
    parts = reader.split(file)
    assert sum(part.size for part in parts) == file.size
    found = [item for part in parts for item in reader.read(part)]
    assert found == list(reader.read(Part(file, size=file.size)))
    assert len(found) > 80


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "several.warc.gz"])
def test_parts_are_about_as_large_as_asked_for(make: Any, name: str) -> None:
    parts = WarcReader(part_bytes=3000).split(make(name, FILES[name]))
    sizes = [part.size for part in parts if part.size < 9000]
    assert len(sizes) > 5
    assert 1500 < sum(sizes) / len(sizes) < 4500


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_a_file_in_one_stream_is_one_part(make: Any, pack: Any, suffix: str) -> None:
    [part] = WarcReader(part_bytes=1000).split(make(f"a.warc{suffix}", pack(plain(*RECORDS), suffix)))
    assert part.size > 1000


class Counted(io.BufferedReader):
    """A file that counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        Counted.count += len(data)
        return data


@pytest.mark.parametrize(("name", "join"), [("a.warc", plain), ("a.warc.gz", partial(packed, level=0))])
def test_finding_the_parts_reads_little_of_the_file(
    make: Any, monkeypatch: pytest.MonkeyPatch, name: str, join: Any
) -> None:
    file = make(name, join(*(record(number, http(NOISE.randbytes(400_000))) for number in range(20))))
    monkeypatch.setattr(InputFile, "open_raw", lambda self: Counted(io.FileIO(self.url)))
    monkeypatch.setattr(Counted, "count", 0)
    assert len(WarcReader(part_bytes=2_000_000).split(file)) == 4
    assert 0 < Counted.count < file.size / 2
