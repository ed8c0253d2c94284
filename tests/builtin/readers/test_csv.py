"""CSV and TSV."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import Project

from ingest.builtin.readers import CsvReader
from ingest.endpoints import Unreadable
from ingest.errors import ConfigError, ReadError
from ingest.plan import make_plan

READER = CsvReader()


def contents(items: list[Any]) -> list[Any]:
    return [item.message if isinstance(item, Unreadable) else item.content for item in items]


def test_quotes_hold_line_ends_commas_and_quotes(read: Any) -> None:
    items = read(READER, "a.csv", b'id,text\r\n1,"a\r\nb, ""c"""\r\n\r\n2,d\r\n')
    assert [(item.id, item.content) for item in items] == [("1", 'a\r\nb, "c"'), ("2", "d")]
    assert [item.file_path for item in items] == ["a.csv#0", "a.csv#1"]


@pytest.mark.parametrize("name", ["a.tsv", "a.tab", "a.tsv.gz"])
def test_tsv_has_tabs(read: Any, name: str) -> None:
    content = b"id\ttext\n1\ta, b\n"
    items = read(READER, name, gzip.compress(content) if name.endswith("gz") else content)
    assert contents(items) == ["a, b"]


def test_the_delimiter_can_be_told(read: Any) -> None:
    assert contents(read(CsvReader(delimiter=";"), "a.csv", b"id;text\n1;a,b\n")) == ["a,b"]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_all_line_ends_end_a_row(read: Any, line_end: bytes) -> None:
    assert contents(read(READER, "a.csv", line_end.join([b"text", b"a", b"b"]))) == ["a", "b"]


def test_a_row_of_the_wrong_length_costs_itself_and_keeps_its_bytes(read: Any) -> None:
    items = read(READER, "a.csv", b'id,text\n1,a\n"2",b,c\n3\n4,d\n')
    assert contents(items) == [
        "a", "row 1 has 3 fields, the header has 2", "row 2 has 1 fields, the header has 2", "d",
    ]  # fmt: skip
    assert items[1].content == b'"2",b,c\n'


def test_a_row_that_cant_be_decoded_costs_itself_and_keeps_its_bytes(read: Any) -> None:
    items = read(READER, "a.csv", "id,text\n1,é\n".encode() + b"2,\xe9\n3,c\n")
    assert contents(items) == ["é", "row 1 can't be decoded; set [read.csv] encoding", "c"]
    assert items[1].content == b"2,\xe9\n"


def test_a_stateful_encoding_fails_by_row_too(read: Any) -> None:
    content = "text\nあ\n".encode("iso2022_jp") + b"\x1b$Z bad\n" + "い\n".encode("iso2022_jp")
    assert contents(read(CsvReader(encoding="iso2022_jp"), "a.csv", content))[0::2] == ["あ", "い"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-32-be", "cp500", "shift_jis"])
def test_the_encoding_can_be_told(read: Any, encoding: str) -> None:
    text = "日本" if encoding == "shift_jis" else "né"
    content = f'id,text\n1,"{text}\n{text}"\n2,b\n'.encode(encoding)
    assert contents(read(CsvReader(encoding=encoding), "a.csv", content)) == [f"{text}\n{text}", "b"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_wins_over_the_encoding(read: Any, encoding: str) -> None:
    assert contents(read(CsvReader(encoding="cp1252"), "a.csv", "text\né\n".encode(encoding))) == ["é"]


def test_null_bytes_pass(read: Any) -> None:
    assert contents(read(READER, "a.csv", b"text\na\0b\n")) == ["a\0b"]


def test_a_field_may_be_as_large_as_the_limit_of_a_record(read: Any) -> None:
    assert contents(read(READER, "a.csv", b"text\n" + b"x" * 500_000)) == ["x" * 500_000]


@pytest.mark.parametrize("huge", [b"x" * 20_000_000, b'"' + b'x ""\n' * 400_000 + b'"'])
def test_a_huge_row_is_skipped_to_its_end_without_being_held(make: Any, collect: Any, huge: bytes) -> None:
    file = make("a.csv", b"text\na\n" + huge + b"\nb\n")
    tracemalloc.start()
    items, error = collect(CsvReader(max_bytes=1000), file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error is None
    assert contents(items)[0::2] == ["a", "b"]
    assert "more than the limit of 1000; to read it, raise [read.csv] max_bytes" in items[1].message
    assert peak < 3_000_000


def test_a_quote_left_open_does_not_swallow_rows_unseen(read: Any) -> None:
    items = read(READER, "a.csv", b'id,text\n1,a\n2,"b\n3,c\n')
    assert contents(items) == ["a", "row 1 has a quote that is not closed before the end of the file"]
    assert items[1].content == b'2,"b\n3,c\n'


@pytest.mark.parametrize("content", [b"", b"\n\n", b"id,text", b"id,text\n", b"\xef\xbb\xbf"])
def test_without_rows_there_are_no_documents(read: Any, content: bytes) -> None:
    assert read(READER, "a.csv", content) == []


def test_columns_are_checked_beforehand_with_the_nearest_name(make: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        CsvReader(text="txt", metadata=["lnk"]).split(make("a.csv", b"id,text,link\n"))
    first, second = caught.value.problems
    assert first.key == "read.csv.text"
    assert first.message == "a.csv has no column 'txt'; it has id, text, link"
    assert first.hint == 'did you mean [read.csv] text = "text"?'
    assert second.hint == 'did you mean [read.csv] metadata = ["link"]?'


def test_a_table_without_a_body_says_which_column_to_name(make: Any) -> None:
    with pytest.raises(ConfigError, match="has no column 'text' or 'html'; it has id, body"):
        READER.split(make("a.csv", b"id,body\n"))


def test_dots_lead_into_nothing_in_a_table(make: Any) -> None:
    with pytest.raises(ConfigError, match=r"has no column 'text\.raw'"):
        CsvReader(text="text.raw").split(make("a.csv", b"text\n"))


def test_a_column_that_is_there_twice_is_refused_only_where_it_is_used(make: Any, read: Any) -> None:
    with pytest.raises(ConfigError, match="more than one column 'text'"):
        READER.split(make("a.csv", b"text,text\n"))
    assert contents(read(READER, "b.csv", b"n,n,text\n1,2,a\n")) == ["a"]


def test_a_header_that_cant_be_decoded_is_named(make: Any) -> None:
    with pytest.raises(ReadError, match=r"the header can't be decoded; set \[read.csv\] encoding"):
        READER.split(make("a.csv", b"text,\xff\na,b\n"))


@pytest.mark.parametrize("delimiter", ["ab", '"', "\n"])
def test_a_delimiter_is_one_plain_character(delimiter: str) -> None:
    with pytest.raises(ValidationError, match="a delimiter is one character"):
        CsvReader(delimiter=delimiter)


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(ValidationError, match="Python knows no encoding 'klingon'"):
        CsvReader(encoding="klingon")


ENCODINGS = ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-32", "gb18030", "cp500", "iso2022_jp"]


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.csv.xz"]), st.sampled_from(ENCODINGS))
@example(b"\xff\xfe\x00", "a.csv", "utf-8")
def test_any_bytes_raise_nothing_but_what_a_run_records(
    make: Any, collect: Any, content: bytes, name: str, encoding: str
) -> None:
    head = b"" if name.endswith("xz") else "text\n".encode(encoding)
    _, error = collect(CsvReader(encoding=encoding), make(name, head + content))
    assert error is None or isinstance(error, (ReadError, OSError))


def test_another_delimiter_is_seen_in_the_header(project: Project) -> None:
    project.write("in/a.csv", "id;text\n1;one\n")
    with pytest.raises(ConfigError, match=r"a.csv has a single column, 'id;text'\n.*delimiter = \";\""):
        make_plan(project.load('[read]\npaths = ["in"]\n[write]\npath = "out"\n'))
