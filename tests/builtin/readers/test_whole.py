"""Text and HTML: one file, one document."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest

from ingest.builtin.readers import HtmlReader, TextReader
from ingest.builtin.readers.ids import document_id
from ingest.document import Document
from ingest.endpoints import Part, Unreadable
from ingest.errors import ReadError
from ingest.input.files import InputFile

SUFFIXES = ["", ".gz", ".zst", ".bz2", ".xz"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_content_is_the_stored_bytes_unpacked(read: Any, pack: Any, suffix: str) -> None:
    content = b"\xff\x00any\r\nbytes" * 20_000
    [doc] = read(TextReader(), f"a.txt{suffix}", pack(content, suffix))
    assert (doc.content, doc.media_type, doc.file_path) == (content, "text/plain", f"a.txt{suffix}")
    assert doc.id == document_id(f"a.txt{suffix}")


def test_html_is_told_as_such(read: Any) -> None:
    [doc] = read(HtmlReader(), "a.html", b"<p>x")
    assert (doc.content, doc.media_type) == (b"<p>x", "text/html")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_an_empty_document(read: Any, pack: Any, suffix: str) -> None:
    [doc] = read(TextReader(), f"a.txt{suffix}", pack(b"", suffix))
    assert isinstance(doc, Document)
    assert doc.content == b""


def test_a_file_of_just_the_limit_is_read(read: Any) -> None:
    assert read(TextReader(max_bytes=3), "a.txt", b"abc")[0].content == b"abc"


def test_a_file_above_the_limit_names_size_limit_and_option(read: Any) -> None:
    [item] = read(TextReader(max_bytes=3), "a.txt", b"abcd")
    message = "the file has 4 bytes, more than the limit of 3; to read it, raise [read.text] max_bytes"
    assert item == Unreadable("a.txt", message)


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_a_bomb_is_not_unpacked(make: Any, collect: Any, pack: Any, suffix: str) -> None:
    file = make(f"a.html{suffix}", pack(bytes(50_000_000), suffix))
    tracemalloc.start()
    items, error = collect(HtmlReader(max_bytes=100_000), file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error is None
    assert "unpacks to more than the limit of 100000; to read it, raise [read.html] max_bytes" in items[0].message
    assert peak < 10_000_000


def test_a_huge_limit_takes_no_memory(read: Any) -> None:
    assert read(TextReader(max_bytes=1 << 50), "a.txt", b"abc")[0].content == b"abc"


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_a_file_cut_short_is_damaged(make: Any, collect: Any, pack: Any, suffix: str) -> None:
    items, error = collect(TextReader(), make(f"a.txt{suffix}", pack(b"some text", suffix)[:-5]))
    assert items == []
    assert isinstance(error, ReadError)
    assert str(error).endswith(" stream at byte 0 is damaged: it ends early")


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_a_file_that_is_not_packed_at_all_is_damaged(make: Any, collect: Any, suffix: str) -> None:
    _, error = collect(TextReader(), make(f"a.txt{suffix}", b"<html> just named so, and long enough for a head"))
    assert isinstance(error, ReadError)


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_streams_put_together_are_read_to_the_end(read: Any, pack: Any, suffix: str) -> None:
    [doc] = read(TextReader(), f"a.txt{suffix}", pack(b"one", suffix) + pack(b"two", suffix))
    assert doc.content == b"onetwo"


def test_zeros_behind_a_gzip_stream_are_no_damage(read: Any) -> None:
    assert read(TextReader(), "a.txt.gz", gzip.compress(b"one") + bytes(64))[0].content == b"one"


@pytest.mark.parametrize("name", ["gone.txt", "gone.txt.gz"])
def test_a_file_that_is_gone_says_so(tmp_path: Any, name: str) -> None:
    file = InputFile(str(tmp_path / name), name, 1)
    with pytest.raises(FileNotFoundError):
        list(TextReader().read(Part(file)))
