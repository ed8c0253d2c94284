"""Web archives: which records are documents, and what is in them."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcs import http, packed, page, plain, record, record_id

from ingest.builtin.readers import WarcReader
from ingest.document import Document
from ingest.endpoints import Unreadable

READER = WarcReader()


def bodies(items: list[Any]) -> list[Any]:
    return [item.message if isinstance(item, Unreadable) else item.content for item in items]


def test_a_response_becomes_a_document_with_all_its_fields(read: Any) -> None:
    head = {"Content-Type": 'Text/HTML; charset="koi8-r"', "Server": "nginx"}
    content = record(7, http("<p>Привет".encode("koi8-r"), head), WARC_IP_Address="192.0.2.1")
    reader = WarcReader(metadata=["WARC-IP-Address", "server", "X-Absent"])
    [document] = read(reader, "a.warc", record(1, b"software: x", "warcinfo") + content)
    assert document == Document(
        id=record_id(7),
        url="https://site.example/7",
        file_path=f"a.warc#{len(record(1, b'software: x', 'warcinfo'))}",
        date="2024-01-01T00:00:07Z",
        metadata={"WARC-IP-Address": "192.0.2.1", "server": "nginx"},
        content="<p>Привет".encode("koi8-r"),
        media_type="text/html",
        declared_charset="koi8-r",
    )


def test_texts_of_a_wet_file_are_utf_8(read: Any) -> None:
    records = [record(1, b"software: x", "warcinfo"), record(2, "né".encode(), "conversion")]
    [document] = read(READER, "a.warc.wet.gz", packed(*records))
    assert (document.content, document.media_type) == ("né".encode(), "text/plain")
    assert (document.declared_charset, document.url) == ("utf-8", "https://site.example/2")
    assert document.file_path == f"a.warc.wet.gz#{len(packed(records[0]))}"


def test_a_resource_is_of_the_type_that_its_record_states(read: Any) -> None:
    resources = [
        record(1, b"<p>a", "resource", Content_Type="text/html; charset=latin1"),
        record(2, b"\x89PNG", "resource", Content_Type="image/png"),
        record(3, b"<!doctype html><p>b", "resource"),
    ]
    first, second = read(READER, "a.warc", plain(*resources))
    assert (first.content, first.media_type, first.declared_charset) == (b"<p>a", "text/html", "latin1")
    assert (second.content, second.media_type) == (b"<!doctype html><p>b", "text/html")


@pytest.mark.parametrize("kind", ["warcinfo", "request", "metadata", "revisit", "continuation"])
def test_other_records_hold_no_document(read: Any, kind: str) -> None:
    assert len(read(READER, "a.warc", page(1) + record(2, http(b"<p>a"), kind) + page(3))) == 2


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [
        ("text/html", "text/html"),
        ("application/xhtml+xml; charset=utf-8", "text/html"),
        ("TEXT/PLAIN", "text/plain"),
        ("text/html, text/html; charset=utf-8", "text/html"),
        ("", "text/html"),
        ("html", "text/html"),
        ("image/png", None),
        ("application/pdf", None),
        ("application/octet-stream", None),
    ],
)
def test_media_types_that_are_text_are_read(read: Any, content_type: str, media_type: str | None) -> None:
    items = read(READER, "a.warc", record(1, http(b"<html><p>a", {"Content-Type": content_type})))
    assert [item.media_type for item in items] == ([media_type] if media_type else [])


def test_options_say_which_records_hold_documents(read: Any) -> None:
    content = plain(
        record(1, http(b"<p>1")),
        record(2, http(b"<p>2", status="203 Fine")),
        record(3, http(b"<p>3", status="404 Not Found")),
        record(4, http(b"<a>4</a>", {"Content-Type": "application/rss+xml"})),
        record(5, b"5", "conversion"),
    )

    def read_with(**options: Any) -> list[str]:
        return [item.id for item in read(WarcReader(**options), "a.warc", content)]

    assert read_with() == [record_id(1), record_id(2), record_id(5)]
    assert read_with(statuses=[200, 404]) == [record_id(1), record_id(3), record_id(5)]
    assert read_with(media_types=["application/*"]) == [record_id(4)]
    assert read_with(types=["conversion"]) == [record_id(5)]


def test_addresses_in_brackets_and_records_without_an_id(read: Any) -> None:
    bare = {"WARC_Record_ID": "", "WARC_Target_URI": "<https://site.example/a>", "WARC_Date": ""}
    first, second = read(READER, "a.warc", record(1, http(b"<p>a"), **bare) * 2)
    assert (first.url, first.date) == ("https://site.example/a", None)
    assert len({first.id, second.id}) == 2
    assert len(first.id) == 32


def test_lines_may_end_without_a_carriage_return(read: Any) -> None:
    block = http(b"<p>a\n").replace(b"\r\n", b"\n")
    content = page(1) + record(2, block).replace(b"\r\n", b"\n") + page(3)
    documents = read(READER, "a.warc", content)
    assert [document.id for document in documents] == [record_id(number) for number in (1, 2, 3)]
    assert (documents[1].content, documents[1].declared_charset) == (b"<p>a\n", "utf-8")


def test_a_response_that_is_no_http_is_unreadable_and_a_name_lookup_no_document(read: Any) -> None:
    lookup = record(1, b"20240101\nsite.example. IN A 192.0.2.1", Content_Type="text/dns")
    [item] = read(READER, "a.warc", lookup + record(2, b"<p>no header"))
    assert item.message == "it does not begin with the status line of an HTTP response"
    assert (item.file_path, item.content) == (f"a.warc#{len(lookup)}", b"<p>no header")


def test_a_segment_of_a_record_is_unreadable(read: Any) -> None:
    [item] = read(READER, "a.warc", page(1, WARC_Segment_Number="1"))
    assert "segment" in item.message


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_every_compression_gives_the_same_documents(read: Any, pack: Any, suffix: str) -> None:
    content = plain(*(page(number, 3000) for number in range(90)))
    documents = read(READER, f"a.warc{suffix}", pack(content, suffix))
    assert [document.content for document in documents] == bodies(read(READER, "a.warc", content))
    assert len(documents) == 90
    # The offset in the unpacked stream; of a gzip file it goes with the member that it is counted in.
    place = len(plain(*(page(number, 3000) for number in range(89))))
    assert documents[-1].file_path == f"a.warc{suffix}#{'0+' if suffix == '.gz' else ''}{place}"


@pytest.mark.parametrize(("name", "content"), [("a.warc.gz", plain(page(1))), ("a.warc", packed(page(1)))])
def test_what_the_file_is_counts_more_than_its_name(read: Any, name: str, content: bytes) -> None:
    assert [document.id for document in read(READER, name, content)] == [record_id(1)]


@pytest.mark.parametrize("join", [packed, plain])
def test_sound_files_are_read_as_another_library_reads_them(read: Any, join: Any) -> None:
    kinds = ["response", "request", "metadata", "conversion", "revisit"]
    pages = [page(number, 40 * number**2, kind=kinds[number % 5]) for number in range(60)]
    content = join(*pages)
    expected = [
        (f"a.warc#{entry.stream_pos}", entry.record_id, entry.reader.read())
        for entry in ArchiveIterator(
            io.BytesIO(content), record_types=WarcRecordType.response | WarcRecordType.conversion, auto_decode="all"
        )
    ]
    reader = WarcReader(media_types=["*"])
    assert [(item.file_path, item.id, item.content) for item in read(reader, "a.warc", content)] == expected


def test_a_record_above_the_limit_is_unreadable_only_if_it_would_be_a_document(read: Any) -> None:
    large = record(1, http(b"x" * 3_000_000))
    video = record(2, http(b"x" * 3_000_000, {"Content-Type": "video/mp4"}))
    items = read(
        WarcReader(max_bytes=1_000_000), "a.warc.gz", packed(large, video, record(3, large, "request"), page(4))
    )
    limit = "more than the limit of 1000000; to read it, raise [read.warc] max_bytes"
    assert items[0].message == f"the record has {len(http(b'x' * 3_000_000))} bytes, {limit}"
    assert [item.file_path.partition("#")[2] for item in items[:1]] == ["0"]
    assert [item.id for item in items[1:]] == [record_id(4)]


def test_empty_members_and_padding_hold_nothing(read: Any) -> None:
    content = gzip.compress(b"") + packed(page(1)) + gzip.compress(b"") + bytes(1000) + packed(page(2)) + bytes(1000)
    assert [item.id for item in read(READER, "a.warc.gz", content)] == [record_id(1), record_id(2)]


def test_a_record_may_go_on_in_further_members(read: Any) -> None:
    content = page(1, 5000) + page(2, 5000)
    blocks = b"".join(gzip.compress(content[start : start + 700]) for start in range(0, len(content), 700))
    assert [item.id for item in read(READER, "a.warc.gz", blocks)] == [record_id(1), record_id(2)]


def test_a_run_accounts_for_all_records(project: Any) -> None:
    broken = bytearray(packed(page(2)))
    broken[-6] ^= 1
    project.write("in/a.warc.gz", packed(page(1)) + bytes(broken) + packed(page(3), record(4, b"x: y", "metadata")))
    project.run(
        '[read]\npaths = ["in"]\n[[steps]]\nuse = "decode"\n[write]\npath = "out"\n[run]\nexecutor = "serial"\n'
    )
    assert [row["id"] for row in project.rows()] == [record_id(1), record_id(3)]
    [row] = project.rows("quarantine")
    assert row["file_path"] == f"in/a.warc.gz#{len(packed(page(1)))}"
