"""Damaged web archives: what is broken costs itself, is on record with its place, and the rest goes on."""

from __future__ import annotations

import gzip
import random
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcs import http, packed, page, plain, record, record_id

from ingest.builtin.readers import WarcReader
from ingest.endpoints import Unreadable

READER = WarcReader()
BEFORE, AFTER = page(1), page(3)
BODY = http(b"<html><p>" + b"broken " * 100)


def damaged(entry: bytes, at: int = -20) -> bytes:
    """Give a member with two bytes changed in the middle."""
    content = bytearray(packed(entry))
    content[at] ^= 0xFF
    content[at + 1] ^= 0x55
    return bytes(content)


MEMBERS: dict[str, tuple[bytes, str]] = {
    "changed bytes": (damaged(page(2), 200), "the gzip member at {} is damaged: Error -3"),
    "changed checksum": (damaged(page(2), -8), "the gzip member at {} is damaged: Error -3"),
    "cut off": (packed(page(2))[:-150], "the gzip member at {} is damaged: "),
    "cut off in the checksum": (packed(page(2))[:-3], "the gzip member at {} is damaged"),
    "garbage": (b"<html>no gzip at all" * 9, "the gzip member at {} is damaged"),
    "no record": (gzip.compress(b"<html>no record at all" * 9), "no record begins here"),
    "a header without an end": (gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\n"), "its header does not end"),
    "a block longer than stated": (
        packed(record(2, BODY, Content_Length="300")),
        "Content-Length of the record is wrong",
    ),
    "a block shorter than stated": (packed(record(2, BODY, Content_Length="9000")), "ends 8228 bytes early"),
    "no length": (packed(record(2, BODY, Content_Length="")), "no valid Content-Length, but ''"),
    "a length that is no number": (packed(record(2, BODY, Content_Length="-5")), "no valid Content-Length, but '-5'"),
    "an unknown type": (packed(record(2, BODY, "rexponse")), "of no known WARC-Type, but 'rexponse'"),
}


@pytest.mark.parametrize("case", MEMBERS)
@pytest.mark.parametrize("last", [False, True], ids=["in the middle", "at the end"])
def test_a_damaged_member_costs_itself(read: Any, case: str, last: bool) -> None:
    content, message = MEMBERS[case]
    start = len(packed(BEFORE))
    items = read(READER, "a.warc.gz", packed(BEFORE) + content + (b"" if last else packed(AFTER)))
    first, broken, *rest = items
    assert [item.id for item in [first, *rest]] == [record_id(1)] + ([] if last else [record_id(3)])
    assert isinstance(broken, Unreadable)
    assert broken.file_path == f"a.warc.gz#{start}"
    assert message.format(start) in broken.message
    assert broken.content


RECORDS: dict[str, tuple[bytes, str]] = {
    "garbage": (b"garbage\r\n" * 9, "no record begins here"),
    "a broken first line": (b"WARX" + page(2)[4:], "no record begins here"),
    "a header without an end": (page(2)[:150] + b"\r\n", "its header does not end"),
    "a block longer than stated": (record(2, BODY, Content_Length="300"), "Content-Length of the record is wrong"),
    "a block shorter than stated": (record(2, BODY, Content_Length="950"), "Content-Length of the record is wrong"),
    "a block that swallows the rest": (record(2, BODY, Content_Length="99999"), "bytes early"),
    "a block beyond any limit": (record(2, BODY, Content_Length="9" * 18), "bytes early"),
    "bytes missing in the block": (
        record(2, BODY).replace(b"broken broken", b""),
        "Content-Length of the record is wrong",
    ),
    "bytes missing at the end": (page(2)[:-100] + b"\r\n", "Content-Length of the record is wrong"),
}


@pytest.mark.parametrize("case", RECORDS)
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_damaged_record_costs_itself(read: Any, pack: Any, case: str, suffix: str) -> None:
    content, message = RECORDS[case]
    items = read(READER, f"a.warc{suffix}", pack(plain(BEFORE, content, AFTER), suffix))
    swallows = case == "a block beyond any limit" and suffix != ""
    if swallows:
        # Such a record is not held, so that there is no way back to the one in it, unless the end of the file is known.
        items.append(read(READER, "b.warc", AFTER)[0])
    assert [getattr(item, "id", None) for item in items] == [record_id(1), None, record_id(3)]
    place = f"0+{len(BEFORE)}" if suffix == ".gz" else len(BEFORE)
    assert items[1].file_path == f"a.warc{suffix}#{place}"
    assert message in items[1].message
    assert swallows or items[1].content == content


def test_no_header_takes_long(read: Any) -> None:
    start = time.process_time()
    lines = b"WARC/1.0\r\n" * 10_000
    repeated = record(1, http(b"<p>", {"a": "b\r\na: b" * 100_000}))
    endless = record(2, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200_000)
    first, broken, *rest = read(READER, "a.warc", plain(repeated, endless, lines, AFTER))
    assert (first.id, broken.message) == (record_id(1), "its HTTP headers have more than 1048576 bytes")
    assert b"".join(item.content for item in rest[:-1]) == lines
    assert rest[-1].id == record_id(3)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_a_file_that_ends_early_gives_all_records_before_and_one_unreadable(read: Any, pack: Any, suffix: str) -> None:
    noise = random.Random(1)
    # Larger than the 900 kB that bz2 packs at a time, and hard to pack.
    pages = [record(number, http(b"<p>" + noise.randbytes(10_000))) for number in range(110)]
    content = pack(plain(*pages), suffix)
    *documents, broken = read(READER, f"a.warc{suffix}", content[: len(content) * 9 // 10])
    assert [item.id for item in documents] == [record_id(number) for number in range(len(documents))]
    # Blocks come whole or not at all.
    assert len(documents) >= (80 if suffix in (".bz2", ".zst") else 95)
    place = len(plain(*pages[: len(documents)]))
    assert broken.file_path.removeprefix(f"a.warc{suffix}#") == (f"0+{place}" if suffix == ".gz" else str(place))


def test_damage_in_a_member_of_many_records_costs_no_record_in_front(read: Any) -> None:
    pages = [page(number, 2000) for number in range(50)]
    content = bytearray(gzip.compress(plain(*pages), mtime=0))
    content[-30] ^= 0xFF
    items = read(READER, "a.warc.gz", bytes(content) + packed(page(99)))
    assert len(items) >= 49
    assert [item.id for item in items[:48]] == [record_id(number) for number in range(48)]
    assert sum(isinstance(item, Unreadable) for item in items) == 1
    assert items[-1].id == record_id(99)


def test_a_damaged_frame_of_zstd_costs_its_record(read: Any, pack: Any) -> None:
    frames = [pack(page(number), ".zst") for number in range(5)]
    frames[2] = frames[2][:4] + b"\xff" * 30 + frames[2][34:]
    items = read(READER, "a.warc.zst", b"".join(frames))
    assert [getattr(item, "id", None) for item in items] == [
        record_id(0),
        record_id(1),
        None,
        record_id(3),
        record_id(4),
    ]
    assert items[2].message.startswith(f"the zstd stream at byte {len(frames[0] + frames[1])} is damaged: ")
    # From there on the offsets are those in what could be unpacked.
    assert items[2].file_path == f"a.warc.zst#{len(page(0) + page(1))}"


def test_a_file_of_anything_else_is_one_unreadable_without_being_held(make: Any, collect: Any) -> None:
    files = [make("a.warc", b"x" * 9_000_000), make("b.warc.gz", gzip.compress(bytes(30_000_000) + b"x"))]
    tracemalloc.start()
    for file in files:
        [item], error = collect(WarcReader(max_bytes=1000), file)
        assert (item.file_path, item.content, error) == (f"{file.name}#0", b"", None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000


PAGES = [page(number, 600 + 40 * number) for number in range(8)]


def changes() -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """Give ways to damage some bytes: changed, taken out, put in."""

    def change(place: float, size: int, kind: str, seed: int) -> Callable[[bytes], bytes]:
        def damage(content: bytes) -> bytes:
            start = int(place * len(content))
            old = content[start : start + size]
            new = {
                "change": bytes(byte ^ (1 + seed) for byte in old),
                "remove": b"",
                "insert": bytes([seed]) * size + old,
            }
            return content[:start] + new[kind] + content[start + size :]

        return damage

    kinds = st.sampled_from(["change", "remove", "insert"])
    return st.builds(change, st.floats(0, 0.999), st.integers(1, 30), kinds, st.integers(0, 250))


@settings(max_examples=60)
@given(number=st.integers(0, 7), damage=changes(), join=st.sampled_from([packed, plain]))
def test_whatever_happens_to_one_record_the_others_are_given(
    read: Any, number: int, damage: Callable[[bytes], bytes], join: Any
) -> None:
    parts = [join(entry) for entry in PAGES]
    parts[number] = damage(parts[number])
    items = read(READER, "a.warc.gz" if join is packed else "a.warc", b"".join(parts))
    given_ids = [item.id for item in items if not isinstance(item, Unreadable)]
    others = [record_id(other) for other in range(8) if other != number]
    if join is plain and any(isinstance(item, Unreadable) for item in items):
        # What marks the end of one record is what marks the beginning of the next.
        others = [one for one in others if one not in (record_id(number - 1), record_id(number + 1))]
    assert [one for one in given_ids if one in others] == others
    if join is packed and record_id(number) not in given_ids:
        assert any(isinstance(item, Unreadable) for item in items)


@settings(max_examples=40)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.warc", "a.warc.gz", "a.warc.zst", "a.wet.xz"]))
def test_any_bytes_raise_nothing(read: Any, content: bytes, name: str) -> None:
    for start in (b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08"):
        assert all(isinstance(item, Unreadable) for item in read(READER, name, start + content))
