"""Which reader a file goes to."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from ingest.config import Source, load
from ingest.plan import reader_for

CASES = [
    ("a.jsonl", b"", "jsonl"),
    ("a.JSONL.GZ", b"", "jsonl"),
    ("a.ndjson.zst", b"", "jsonl"),
    ("a.htm", b"", "html"),
    ("a.tsv", b"", "csv"),
    ("a.parquet", b"", "parquet"),
    ("a.md", b"<html>", "text"),
    ("page", b"\xef\xbb\xbf\n<!-- saved --><!DOCTYPE html><p>", "html"),
    ("page.php", b"<?xml version='1.0'?>\n<html xmlns='x'>", "html"),
    ("page.aspx", '<html lang="en">'.encode("utf-16"), "html"),
    ("lines.data", b'\n{"text": "a"}\n{"text": "b"}\n', "jsonl"),
    ("one.data", b'{"text": "a"}', "jsonl"),
    ("long.data", b'{"text": "' + b"x" * 9000, "jsonl"),
    ("pretty.data", b'{\n  "text": "a"\n}\n', "text"),
    ("deep.data", b'{"a":' + b"[" * 3000 + b"\n", "text"),
    ("braces.tex", b"{\\bf bold} text\n", "text"),
    ("table.data", b"PAR1....", "parquet"),
    ("a.eml", b"", "eml"),
    ("a.epub", b"", "epub"),
    ("book", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", "epub"),
    ("a.mbox.bz2", b"", "mbox"),
    ("Inbox", b"From jane Mon Oct  1 09:30:00 2001\n", "mbox"),
    ("Sent", b"From -\r\nX-Mozilla-Status: 0001\r\n", "mbox"),
    ("prose", b"From here: it is dry,\nfrom there: wet.\n", "text"),
    ("crawl.WARC.gz", b"", "warc"),
    ("crawl.warc.wet.gz", b"", "warc"),
    ("crawl.data", b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "warc"),
    ("README", b"plain words", "text"),
    ("empty", b"", "text"),
]


@pytest.fixture
def config(tmp_path: Any) -> Any:
    return load(Source('[read]\npaths = ["."]\n[write]\npath = "out"', "c.toml", str(tmp_path)))


@pytest.mark.parametrize(("name", "content", "reader"), CASES, ids=[case[0] for case in CASES])
def test_suffix_then_content_tell_the_reader(make: Any, config: Any, name: str, content: bytes, reader: str) -> None:
    assert reader_for(make(name, content), config) == reader


def test_content_is_looked_at_unpacked(make: Any, config: Any) -> None:
    assert reader_for(make("page.gz", gzip.compress(b"<html><p>")), config) == "html"


def test_a_head_full_of_comments_does_not_hang(make: Any, config: Any) -> None:
    assert reader_for(make("page", b"<!---->" * 600), config) == "text"
