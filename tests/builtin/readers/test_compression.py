"""Records inside compressed files: all of them, or all before the damage."""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.builtin.readers import CsvReader, JsonLinesReader, TextReader
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable
from ingest.errors import ReadError
from ingest.input.bounds import Bounds
from ingest.input.files import InputFile

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
    damage = str(error) if error else items.pop().message
    assert [item.content for item in items] == TEXTS[: len(items)]
    # Compressed blocks are all or nothing; those of bz2 are the largest, those of zstd have 128 kB.
    assert len(items) > (800 if suffix == ".bz2" else 1100)
    assert isinstance(error, ReadError) == (name == "a.csv")
    place = f" after record #{len(items) - 1}" if error else ""
    assert damage == f"the {NAMES[suffix]} stream at byte 0 is damaged{place}: it ends early"


@pytest.mark.parametrize("suffix", NAMES)
def test_bytes_behind_the_stream_come_up_after_its_records(read: Any, pack: Any, suffix: str) -> None:
    packed = pack(b'{"text": "a"}\n', suffix)
    doc, damage = read(JsonLinesReader(), f"a.jsonl{suffix}", packed + b"something else that is no stream")
    assert (doc.content, damage.file_path) == ("a", f"a.jsonl{suffix}#14")
    name = NAMES[suffix]
    assert damage.message == f"the {name} stream at byte {len(packed)} is damaged: what stands there is not {name}"


@pytest.mark.parametrize("suffix", NAMES)
def test_zeros_behind_the_stream_fill_up_a_block(read: Any, pack: Any, suffix: str) -> None:
    packed = pack(b'{"text": "a"}\n', suffix) + bytes(600)
    assert [item.content for item in read(JsonLinesReader(), f"a.jsonl{suffix}", packed * 2)] == ["a", "a"]


@pytest.mark.parametrize("suffix", NAMES)
def test_what_is_not_packed_is_named(make: Any, collect: Any, read: Any, suffix: str) -> None:
    [item] = read(JsonLinesReader(), f"a.jsonl{suffix}", b'{"text": "plain"}\n' * 9)
    assert item.message == f"the {NAMES[suffix]} stream at byte 0 is damaged: what stands there is not {NAMES[suffix]}"
    _, error = collect(CsvReader(), make(f"a.csv{suffix}", b"text\nplain\n" * 9))
    assert str(error).startswith(f"the {NAMES[suffix]} stream at byte 0 is damaged in the header: ")


@pytest.mark.parametrize("suffix", NAMES)
def test_streams_put_together_are_read_to_the_end(read: Any, pack: Any, suffix: str) -> None:
    packed = pack(b'{"text": "a"}\n', suffix) + pack(b"", suffix) + pack(b'{"text": "b"}\n', suffix)
    assert [item.content for item in read(JsonLinesReader(), f"a.jsonl{suffix}", packed)] == ["a", "b"]


LINES = [json.dumps({"text": text[:300]}).encode() + b"\n" for text in TEXTS[:400]]


@pytest.mark.parametrize("suffix", NAMES)
@pytest.mark.parametrize("per_stream", [50, 400])
def test_parts_of_a_packed_file_give_what_the_whole_gives(
    make: Any, collect: Any, pack: Any, suffix: str, per_stream: int
) -> None:
    content = b"".join(LINES)
    packed = b"".join(pack(b"".join(LINES[start : start + per_stream]), suffix) for start in range(0, 400, per_stream))
    file = make(f"a.jsonl{suffix}", packed)
    reader = JsonLinesReader(part_bytes=2000)
    parts = reader.split(file)
    # Many from each place where unpacking can begin would cost unpacking the same bytes many times.
    assert len(parts) == (17 if per_stream == 400 else len(parts)) > 16
    assert len({part.origin for part in parts}) == 400 // per_stream
    assert all(content[part.start - 1 : part.start] in (b"", b"\n") for part in parts)
    assert collect(reader, file) == collect(JsonLinesReader(), file)


@pytest.mark.parametrize("suffix", NAMES)
@pytest.mark.parametrize("cut", ["torn", "flipped", "missing its end"])
def test_a_damaged_stream_costs_no_other_one(make: Any, collect: Any, pack: Any, suffix: str, cut: str) -> None:
    if (suffix, cut) == (".zst", "flipped"):
        pytest.skip("without a checksum in the frame, zstd takes such bytes for text")
    streams = [pack(b"".join(LINES[start : start + 100]), suffix) for start in range(0, 400, 100)]
    half = len(streams[1]) // 2
    streams[1] = {
        "torn": streams[1][:half],
        "flipped": streams[1][:half]
        + bytes(byte ^ 0xFF for byte in streams[1][half : half + 9])
        + streams[1][half + 9 :],
        "missing its end": streams[1][:-6],
    }[cut]
    file = make(f"a.jsonl{suffix}", b"".join(streams))
    items, error = collect(JsonLinesReader(), file)
    assert error is None
    good = [item.content for item in items if isinstance(item, Document)]
    assert good[:100] + good[-200:] == TEXT_HEADS[:100] + TEXT_HEADS[200:]
    [damage] = [item for item in items if isinstance(item, Unreadable) and " stream at byte " in item.message]
    assert f" at byte {len(streams[0])} is damaged: " in damage.message
    assert int(damage.file_path.partition("#")[2]) >= sum(map(len, LINES[:100]))
    for size in (500, 3000, 20_000):
        assert collect(JsonLinesReader(part_bytes=size), file) == (items, None)


TEXT_HEADS = [text[:300] for text in TEXTS[:400]]


@pytest.mark.parametrize("suffix", NAMES)
@pytest.mark.parametrize("reader", [JsonLinesReader(), CsvReader(), TextReader()], ids=["jsonl", "csv", "text"])
def test_a_bomb_is_refused_after_64_megabytes(make: Any, collect: Any, pack: Any, suffix: str, reader: Reader) -> None:
    bomb = pack(bytes(2**23), suffix) * 9
    started = time.process_time()
    items, error = collect(reader, make(f"a{reader.suffixes[0]}{suffix}", bomb))
    assert time.process_time() - started < 5
    message = str(error) if error else items.pop().message
    assert items == []
    assert message.endswith(": it unpacks to more than 1000 times its size; to read it, raise [read] max_ratio")


def test_what_unpacks_well_is_no_bomb(make: Any, collect: Any, pack: Any) -> None:
    file = replace(make("a.jsonl.gz", pack(b'{"text": "a"}\n' * 2**16, ".gz") * 80), bounds=Bounds(max_ratio=2000))
    assert sum(1 for chunk in file.unpack()) > 1000


def test_zstd_with_a_long_window_is_read(tmp_path: Path) -> None:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 30})
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(compressor.compress(b'{"text": "one"}\n') + compressor.flush())
    file = InputFile(str(path), "a.jsonl.zst", path.stat().st_size)
    (doc,) = JsonLinesReader().read(Part(file))
    assert isinstance(doc, Document)
    assert doc.content == "one"
