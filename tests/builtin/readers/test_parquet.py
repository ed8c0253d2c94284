"""Parquet."""

from __future__ import annotations

import io
import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.builtin.readers import ParquetReader
from ingest.document import Document
from ingest.endpoints import Unreadable
from ingest.errors import ConfigError, ReadError
from ingest.input.files import InputFile

READER = ParquetReader()


def parquet(table: pa.Table | dict[str, Any], **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), sink, **options)
    return sink.getvalue()


def contents(items: list[Any]) -> list[Any]:
    return [item.message if isinstance(item, Unreadable) else item.content for item in items]


def test_row_groups_are_parts_and_numbers_run_through_the_file(make: Any) -> None:
    file = make("a.parquet", parquet({"text": [str(number) for number in range(250)]}, row_group_size=100))
    parts = READER.split(file)
    assert [(part.start, part.stop) for part in parts] == [(0, 1), (1, 2), (2, 3)]
    assert 0.8 * file.size < sum(part.size for part in parts) <= file.size
    docs = [doc for part in reversed(parts) for doc in READER.read(part) if isinstance(doc, Document)]
    assert all(doc.file_path == f"a.parquet#{doc.content!s}" for doc in docs)
    assert len({doc.id for doc in docs}) == 250


def test_the_time_for_a_row_group_does_not_grow_with_their_number(make: Any) -> None:
    table = pa.table({name: ["x"] * 800 for name in ("text", *"abcdefghijk")})
    file = make("a.parquet", parquet(table, row_group_size=1))
    started = time.process_time()
    parts = READER.split(file := replace(file, stamp="of this test"))
    assert len([doc for part in parts for doc in READER.read(part)]) == 800
    assert time.process_time() - started < 3
    # Another file in its place is read by its own footer.
    make("a.parquet", parquet({"text": ["y"]}))
    [part] = READER.split(replace(file, stamp="later"))
    assert contents(list(READER.read(part))) == ["y"]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_kind_of_string_is_text(read: Any, kind: pa.DataType) -> None:
    assert contents(read(READER, "a.parquet", parquet({"text": pa.array(["é", "b", None], kind)}))) == ["é", "b", ""]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2)])
def test_every_kind_of_bytes_is_bytes(read: Any, kind: pa.DataType) -> None:
    [doc] = read(READER, "a.parquet", parquet({"html": pa.array([b"\xff\xfe"], kind), "charset": ["utf-16"]}))
    assert (doc.content, doc.declared_charset, doc.media_type) == (b"\xff\xfe", "utf-16", "text/html")


def test_dots_lead_into_structs_and_maps(read: Any) -> None:
    page = pa.array([{"html": "<p>", "more": {"id": 7}}])
    tags = pa.array([[("a", "x"), ("a", "y")]], pa.map_(pa.string(), pa.string()))
    reader = ParquetReader(html="page.html", id="page.more.id", title="tags.a", url="tags.none")
    [doc] = read(reader, "a.parquet", parquet({"page": page, "tags": tags}))
    assert (doc.content, doc.id, doc.title, doc.url) == ("<p>", "7", "y", None)


def test_a_column_with_a_dot_in_its_name_is_found(read: Any) -> None:
    assert contents(read(ParquetReader(text="a.b"), "a.parquet", parquet({"a": [1], "a.b": ["x"]}))) == ["x"]


def test_only_the_columns_that_are_named_are_read(make: Any) -> None:
    file = make("a.parquet", parquet({"text": ["a"], "other": ["b"]}))
    [(number, record)] = READER.records(READER.split(file)[0])
    assert (number, record) == (0, {"text": "a"})


def test_columns_are_checked_beforehand_down_into_structs(make: Any) -> None:
    file = make("a.parquet", parquet({"page": [{"html": "x"}], "id": ["1"]}))
    with pytest.raises(ConfigError) as caught:
        ParquetReader(html="page.htm").split(file)
    [problem] = caught.value.problems
    assert problem.message == "a.parquet has no column 'page.htm'; it has page, page.html, id"
    assert problem.hint == 'did you mean [read.parquet] html = "page.html"?'


def test_times_go_into_metadata_as_iso_8601(read: Any) -> None:
    moment = datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)
    table = {
        "text": ["x"],
        "date": pa.array([moment], pa.timestamp("ns", "UTC")),
        "ns": pa.array([1_704_164_645_123_456_789], pa.timestamp("ns")),
        "day": pa.array([19_000], pa.date32()),
        "in": pa.array([{"t": 1_704_164_645_123_456_789}], pa.struct({"t": pa.timestamp("ns")})),
        "keys": pa.array([[(b"k", 1)]], pa.map_(pa.binary(), pa.int64())),
    }
    [doc] = read(ParquetReader(metadata=["ns", "day", "in.t", "keys"]), "a.parquet", parquet(table))
    assert doc.date == "2024-01-02T03:04:05.678000+00:00"
    time = "2024-01-02T03:04:05.123456"
    assert doc.metadata == {"ns": time, "day": "2022-01-08", "in.t": time, "keys": '{"k": 1}'}


def test_a_value_that_python_cant_hold_costs_its_row(read: Any) -> None:
    texts = pa.StringArray.from_buffers(3, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffc"))
    dates = pa.array([0, 0, 2**60], pa.timestamp("ms"))
    items = read(READER, "a.parquet", parquet({"text": texts, "date": dates}, store_schema=False))
    assert contents(items)[0] == "a"
    assert "row 1 can't be read: 'utf-8' codec" in items[1].message
    assert "row 2 can't be read" in items[2].message
    assert items[2].file_path == "a.parquet#2"


def test_no_rows_give_no_documents(read: Any) -> None:
    assert read(READER, "a.parquet", parquet({"text": pa.array([], pa.string())})) == []


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"hello"])
def test_what_is_no_parquet_is_named(make: Any, content: bytes) -> None:
    with pytest.raises(ReadError, match=r"not a Parquet file, or damaged: "):
        READER.split(make("a.parquet", content))


def test_a_damaged_row_group_gives_the_rows_before_and_then_the_place(make: Any, collect: Any) -> None:
    letters = random.Random(1)
    texts = ["".join(letters.choices("abcdef ", k=200)) for _ in range(200)]
    content = bytearray(parquet({"text": texts}, row_group_size=100, use_dictionary=False))
    group = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(1).column(0)
    start = group.data_page_offset
    content[start : start + 200] = bytes(200)
    items, error = collect(READER, make("a.parquet", bytes(content)))
    assert contents(items) == texts[:100]
    assert isinstance(error, ReadError)
    assert str(error).startswith("damaged in or behind row 100: ")


def test_flipped_bytes_raise_nothing_but_what_a_run_records(make: Any, collect: Any) -> None:
    flips = random.Random(2)
    original = parquet({"text": ["some text", "more"] * 20, "n": list(range(40))}, row_group_size=10)
    for _ in range(200):
        content = bytearray(original)
        content[flips.randrange(4, len(content))] = flips.randrange(256)
        _, error = collect(READER, make("a.parquet", bytes(content)))
        assert error is None or isinstance(error, (ConfigError, ReadError, OSError)), content


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_packed_parquet_says_what_to_do(make: Any, pack: Any, suffix: str) -> None:
    file = make(f"a.parquet{suffix}", pack(parquet({"text": ["x"]}), suffix))
    with pytest.raises(ReadError, match="can't be read in pieces; unpack it first"):
        READER.split(file)


def test_memory_holds_a_batch_and_not_the_row_group(make: Any) -> None:
    text = pa.array([f"{number:06}" * 5_000 for number in range(4_000)])
    file = make("a.parquet", parquet({"text": text}, use_dictionary=False, compression="none", data_page_size=1 << 18))
    del text
    pool = pa.default_memory_pool()
    before = pool.bytes_allocated()
    peak = count = 0
    for _ in READER.read(READER.split(file)[0]):
        peak = max(peak, pool.bytes_allocated() - before)
        count += 1
    assert count == 4_000
    assert peak < 30_000_000 < file.size


def test_a_file_that_is_gone_says_so(tmp_path: Any) -> None:
    with pytest.raises(FileNotFoundError):
        READER.split(InputFile(str(tmp_path / "a.parquet"), "a.parquet", 1))
