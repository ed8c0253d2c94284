"""Records inside compressed files: all of them, or all before the damage."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from ingest.builtin.readers import CsvReader, JsonLinesReader
from ingest.endpoints import Reader
from ingest.errors import ReadError

NAMES = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
NOISE = random.Random(1)
# Larger than the 900 kB that bz2 packs at a time, and hard to pack.
TEXTS = [f"{NOISE.getrandbits(4000):x}" for _ in range(1500)]
FILES: list[tuple[Reader, str, bytes]] = [
    (JsonLinesReader(), "a.jsonl", b"".join(json.dumps({"text": text}).encode() + b"\n" for text in TEXTS)),
    (CsvReader(), "a.csv", "\n".join(["text", *TEXTS, ""]).encode()),
]


@pytest.mark.parametrize("suffix", NAMES)
@pytest.mark.parametrize(("reader", "name", "content"), FILES, ids=["jsonl", "csv"])
def test_records_before_the_damage_are_given_and_then_the_damage_is_named(
    make: Any, collect: Any, pack: Any, reader: Reader, name: str, content: bytes, suffix: str
) -> None:
    packed = pack(content, suffix)
    items, error = collect(reader, make(name + suffix, packed[: int(len(packed) * 0.9)]))
    assert [item.content for item in items] == TEXTS[: len(items)]
    # Compressed blocks are all or nothing; those of bz2 are the largest, those of zstd have 128 kB.
    assert len(items) > (800 if suffix == ".bz2" else 1100)
    assert isinstance(error, ReadError)
    number = items[-1].file_path.partition("#")[2]
    place = f"{name}{suffix}: the {NAMES[suffix]} stream is damaged after record #{number}: "
    assert str(error).startswith(place)


@pytest.mark.parametrize("suffix", NAMES)
def test_bytes_behind_the_stream_come_up_after_its_records(make: Any, collect: Any, pack: Any, suffix: str) -> None:
    file = make(f"a.jsonl{suffix}", pack(b'{"text": "a"}\n', suffix) + b"something else that is no stream")
    items, error = collect(JsonLinesReader(), file)
    assert [item.content for item in items] == ["a"]
    # The Python readers of bz2 and xz pass over what follows, as the command line tools do.
    assert isinstance(error, ReadError) or suffix in (".bz2", ".xz")


@pytest.mark.parametrize("suffix", NAMES)
def test_what_is_not_packed_is_named_before_the_first_record(make: Any, collect: Any, suffix: str) -> None:
    items, error = collect(JsonLinesReader(), make(f"a.jsonl{suffix}", b'{"text": "plain"}\n' * 9))
    assert items == []
    assert re.match(rf"a.jsonl{suffix}: the \w+ stream is damaged before the first record: ", str(error))
    _, error = collect(CsvReader(), make(f"a.csv{suffix}", b"text\nplain\n" * 9))
    assert re.match(rf"a.csv{suffix}: the \w+ stream is damaged in the header: ", str(error))


@pytest.mark.parametrize("suffix", NAMES)
def test_streams_put_together_are_read_to_the_end(read: Any, pack: Any, suffix: str) -> None:
    packed = pack(b'{"text": "a"}\n', suffix) + pack(b"", suffix) + pack(b'{"text": "b"}\n', suffix)
    assert [item.content for item in read(JsonLinesReader(), f"a.jsonl{suffix}", packed)] == ["a", "b"]
