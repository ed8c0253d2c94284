"""Whatever records are written come back, in every format and compression."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.readers import CsvReader, JsonLinesReader, ParquetReader

SUFFIXES = ["", ".gz", ".zst", ".bz2", ".xz"]
TEXT = st.text(max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
STRINGS = st.lists(st.fixed_dictionaries({"text": TEXT, "id": TEXT.filter(bool), "note": TEXT}), max_size=8)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(records=st.lists(st.fixed_dictionaries({"text": TEXT, "more": VALUES}), max_size=8), ascii_only=st.booleans())
def test_json_lines(
    make: Any, collect: Any, pack: Any, suffix: str, records: list[dict[str, Any]], ascii_only: bool
) -> None:
    content = "".join(json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records).encode()
    file = make(f"a.jsonl{suffix}", pack(content, suffix))
    items, error = collect(JsonLinesReader(metadata=["more"]), file)
    assert error is None
    assert [item.content for item in items] == [record["text"] for record in records]
    for item, record in zip(items, records, strict=True):
        found = item.metadata.get("more")
        if isinstance(record["more"], (dict, list)):
            assert json.loads(found) == record["more"]
        else:
            assert found == record["more"] or found in (str(record["more"]), str(record["more"]).lower(), None)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(records=STRINGS, line_end=st.sampled_from(["\n", "\r\n"]))
def test_csv(make: Any, collect: Any, pack: Any, suffix: str, records: list[dict[str, str]], line_end: str) -> None:
    sink = io.StringIO(newline="")
    # Some Pythons leave the other line end without quotes, and then nobody can tell it from the end of a row.
    writer = csv.DictWriter(sink, ["id", "text", "note"], lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(records)
    file = make(f"a.csv{suffix}", pack(sink.getvalue().encode(), suffix))
    items, error = collect(CsvReader(metadata=["note"]), file)
    assert error is None
    found = [{"text": item.content, "id": item.id, "note": item.metadata["note"]} for item in items]
    assert found == records


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd"])
@given(records=STRINGS, group=st.integers(1, 4))
def test_parquet(make: Any, collect: Any, codec: str, records: list[dict[str, str]], group: int) -> None:
    schema = pa.schema({"id": pa.string(), "text": pa.string(), "note": pa.string()})
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records, schema), sink, row_group_size=group, compression=codec)
    items, error = collect(ParquetReader(metadata=["note"], rows=2), make("a.parquet", sink.getvalue()))
    assert error is None
    found = [{"text": item.content, "id": item.id, "note": item.metadata["note"]} for item in items]
    assert found == records
    assert [item.file_path for item in items] == [f"a.parquet#{number}" for number in range(len(records))]
