"""JSON Lines, and `.json` files."""

from __future__ import annotations

import codecs
import gzip
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.builtin.readers import JsonLinesReader
from ingest.endpoints import Unreadable
from ingest.errors import ReadError

READER = JsonLinesReader()


def contents(items: list[Any]) -> list[Any]:
    return [item.message if isinstance(item, Unreadable) else item.content for item in items]


def test_a_broken_line_costs_itself_and_keeps_its_bytes(read: Any) -> None:
    items = read(READER, "a.jsonl", b'{"text": "a"}\n{"text": "b"\n{"text": "c"}\n')
    assert contents(items) == ["a", "the line at byte 14 is not JSON: Expecting ',' delimiter at column 13", "c"]
    assert [item.file_path for item in items] == ["a.jsonl#0", "a.jsonl#14", "a.jsonl#27"]
    assert items[1].content == b'{"text": "b"\n'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"text": "\xff"}', "the line at byte 14 is not UTF-8: invalid start byte at byte 10"),
        (b"[1]", "the line at byte 14 is not a JSON object"),
        (b"null", "the line at byte 14 is not a JSON object"),
        (b"[" * 200_000, "the line at byte 14 is nested too deeply"),
        (b'{"text": ' + b"1" * 5000 + b"}", "the line at byte 14 can't be read: Exceeds the limit (4300 digits)"),
        (b"\0\0\0", "the line at byte 14 is not JSON: Expecting value at column 1"),
    ],
)
def test_every_kind_of_broken_line_costs_only_itself(read: Any, line: bytes, message: str) -> None:
    items = read(READER, "a.jsonl", b'{"text": "a"}\n' + line + b'\n{"text": "c"}')
    assert len(items) == 3
    assert items[1].message.startswith(message)
    assert (items[1].content, items[2].content) == (line + b"\n", "c")


def test_blank_lines_and_carriage_returns_are_no_records(read: Any) -> None:
    items = read(READER, "a.jsonl", b'\r\n{"text": "a"}\r\n \t\n\n{"text": "b"}\r\nx')
    assert contents(items) == ["a", "b", "the line at byte 36 is not JSON: Expecting value at column 1"]
    assert items[1].file_path == "a.jsonl#21"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz"])
def test_a_byte_order_mark_tells_the_encoding(read: Any, encoding: str, name: str) -> None:
    content = '{"text": "né"}\n{"text": "日本"}\n'.encode(encoding)
    items = read(READER, name, gzip.compress(content) if name.endswith("gz") else content)
    assert contents(items) == ["né", "日本"]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE])
def test_what_is_wrong_in_utf_16_costs_its_line(read: Any, mark: bytes) -> None:
    encoding = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
    lines = ['{"text": "a"}\n', '{"text": "\udcff"}\n', '{"text": "b"}\n']
    content = mark + b"".join(line.encode(encoding, "surrogatepass") for line in lines) + b"!"
    found = contents(read(READER, "a.jsonl", content))
    assert found[0::2] == ["a", "b"]
    assert "the line at byte 14 is not UTF-8" in found[1]
    assert "the line at byte 47 is not UTF-8" in found[3]


def test_a_mark_inside_of_files_put_together_is_passed_over(read: Any) -> None:
    part = codecs.BOM_UTF8 + b'{"text": "a"}\n'
    assert contents(read(READER, "a.jsonl.gz", gzip.compress(codecs.BOM_UTF8) + gzip.compress(part * 2))) == ["a", "a"]


def test_a_long_line_is_skipped_without_being_held(make: Any, collect: Any) -> None:
    file = make("a.jsonl", b'{"text": "a"}\n' + b"x" * 20_000_000 + b'\n{"text": "b"}')
    tracemalloc.start()
    items, error = collect(JsonLinesReader(max_bytes=1000), file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = (
        "the line at byte 14 has 20000000 bytes, more than the limit of 1000; to read it, raise [read.jsonl] max_bytes"
    )
    assert (contents(items), error) == (["a", size, "b"], None)
    assert peak < 2_000_000


def test_a_line_of_just_the_limit_is_read(read: Any) -> None:
    line = b'{"text": "abc"}'
    assert contents(read(JsonLinesReader(max_bytes=len(line)), "a.jsonl", line + b"\n" + line)) == ["abc", "abc"]
    assert "has 15 bytes" in contents(read(JsonLinesReader(max_bytes=14), "a.jsonl", line + b"\n"))[0]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"text": "a"}, {"text": "b"}]',
        b'\n [\n{"text": "a"},\n{"text": "b"}\n]\n',
        b'{"text": "a"}\n{"text": "b"}\n',
        b'\xef\xbb\xbf[{"text": "a"}, {"text": "b"}]',
    ],
)
def test_json_is_an_array_or_lines(read: Any, content: bytes) -> None:
    assert contents(read(READER, "a.json", content)) == ["a", "b"]


def test_json_may_be_one_object_on_many_lines(read: Any) -> None:
    assert contents(read(READER, "a.json", json.dumps({"text": "a", "id": 1}, indent=2).encode())) == ["a"]


def test_a_first_line_cut_short_does_not_cost_the_others(read: Any) -> None:
    found = contents(read(READER, "a.json", b'{"text":\n{"text": "b"}\n{"text": "c"}\n'))
    assert found[1:] == ["b", "c"]


def test_an_array_holds_objects_and_what_is_none_is_unreadable(read: Any) -> None:
    items = read(READER, "a.json", b'[{"text": "a"}, 3, {"text": "b"}]')
    assert contents(items) == ["a", "item 1 is not a JSON object", "b"]
    assert items[1].content == b"3"


def test_a_broken_array_says_where(read: Any) -> None:
    [item] = read(READER, "a.json", b'[{"text": "a"},\n{"text": }]')
    assert item.message == "the file is not JSON: Expecting value at line 2, column 10"


def test_an_array_above_the_limit_says_what_to_do(read: Any) -> None:
    [message] = contents(read(JsonLinesReader(max_bytes=20), "a.json", b'[{"text": "a"}, {"text": "b"}]'))
    assert "more than 20 bytes; write one record per line" in message


def test_json_lines_above_the_limit_of_a_line_are_read(read: Any) -> None:
    found = contents(read(JsonLinesReader(max_bytes=20), "a.json", b'{"text": "a"}\n' * 5000))
    assert found == ["a"] * 5000


# Files in parts

LINES = st.lists(
    st.sampled_from([b'{"text": "a"}\n', b'{"text": "longer than the others"}\n', b"\n", b"{broken\n", b"\r\n"])
)


@given(LINES, st.sampled_from([b"", codecs.BOM_UTF8]), st.sampled_from([b"", b'{"text": "end"}']), st.integers(1, 80))
@example([b"{broken\n"], b"", b"", 8)
def test_parts_of_any_size_give_what_the_whole_gives(
    make: Any, collect: Any, lines: list[bytes], mark: bytes, end: bytes, size: int
) -> None:
    file = make("a.jsonl", mark + b"".join(lines) + end)
    assert collect(JsonLinesReader(part_bytes=size), file) == collect(READER, file)


def test_a_file_is_cut_where_lines_begin_near_each_multiple(make: Any) -> None:
    line = b'{"text": "abc"}\n'
    parts = JsonLinesReader(part_bytes=40).split(make("a.jsonl", line * 9 + b"x" * 200 + b"\n" + line))
    assert [(part.start, part.stop) for part in parts] == [(0, 48), (48, 80), (80, 128), (128, 345), (345, 361)]
    assert sum(part.size for part in parts) == parts[0].file.size
    assert [doc.file_path for doc in READER.read(parts[1])] == ["a.jsonl#48", "a.jsonl#64"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps([{"text": "a"}] * 9, indent=0).encode()),
        ("a.jsonl", '{"text": "a"}\n'.encode("utf-16") * 9),
        ("a.jsonl", '{"text": "a"}\n'.encode("utf-32") * 9),
    ],
)
def test_what_has_no_lines_of_bytes_is_one_part(make: Any, name: str, content: bytes) -> None:
    assert len(JsonLinesReader(part_bytes=20).split(make(name, content))) == 1


def test_a_json_file_of_lines_is_cut_like_any_other(make: Any, collect: Any) -> None:
    reader = JsonLinesReader(part_bytes=20)
    file = make("a.json", b'{"text": "a"}\n' * 9)
    assert len(reader.split(file)) == 6
    assert collect(reader, file) == collect(READER, file)


def test_a_line_is_found_by_its_number(read: Any, make: Any) -> None:
    content = codecs.BOM_UTF8 + '{"text": "né"}\n\n{"text": "b"}\n'.encode()
    for item in read(READER, "a.jsonl", content):
        offset = int(item.file_path.partition("#")[2])
        assert json.loads(content[offset:].splitlines()[0])["text"] == item.content


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_an_empty_file_has_no_records(read: Any, name: str) -> None:
    assert read(READER, name, b"") == []


@given(st.binary(max_size=300), st.sampled_from(["a.jsonl", "a.json", "a.jsonl.gz", "a.json.zst"]))
@example(b"\xff\xfe\x00", "a.jsonl")
@example(b"{\n", "a.json")
def test_any_bytes_raise_nothing_but_what_a_run_records(make: Any, collect: Any, content: bytes, name: str) -> None:
    _, error = collect(READER, make(name, content))
    assert error is None or isinstance(error, (ReadError, OSError))
