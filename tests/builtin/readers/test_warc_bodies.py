"""Bodies of HTTP responses: codings undone, lies seen through, bombs refused."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from warcs import http, page, record

from ingest.builtin.readers import WarcReader
from ingest.endpoints import Part, Unreadable
from ingest.input.bounds import Bounds

BODY = b"<html><p>" + b" ".join(b"%d words of a page" % (number * 7919 % 10007) for number in range(600))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def brotli(body: bytes) -> bytes:
    return bytes(pa.compress(body, "brotli", asbytes=True))


def zstd(body: bytes) -> bytes:
    return bytes(pa.compress(body, "zstd", asbytes=True))


def chunked(body: bytes, size: int = 700) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x;name=value\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer: x\r\n\r\n"


def response(body: bytes, *, cut: bool = False, **headers: str) -> bytes:
    fields = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return record(1, http(body, fields), **({"WARC_Truncated": "length"} if cut else {}))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ({}, BODY),
        ({"Transfer_Encoding": "chunked"}, chunked(BODY)),
        ({"Transfer_Encoding": "chunked"}, chunked(BODY).partition(b"0\r\nTrailer")[0]),
        ({"Content_Encoding": "gzip"}, gzip.compress(BODY)),
        ({"Content_Encoding": "X-GZIP"}, gzip.compress(BODY[:100]) + gzip.compress(BODY[100:]) + b"junk"),
        ({"Content_Encoding": "deflate"}, zlib.compress(BODY)),
        ({"Content_Encoding": "deflate"}, raw_deflate(BODY)),
        ({"Content_Encoding": "br"}, brotli(BODY)),
        ({"Content_Encoding": "zstd"}, zstd(BODY)),
        ({"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}, chunked(gzip.compress(BODY))),
        ({"Transfer_Encoding": "gzip, chunked"}, chunked(gzip.compress(BODY))),
        ({"Content_Encoding": "deflate, gzip"}, gzip.compress(zlib.compress(BODY))),
    ],
)
def test_codings_are_undone(read: Any, coding: dict[str, str], body: bytes) -> None:
    [document] = read(WarcReader(), "a.warc", response(body, **coding))
    assert document.content == BODY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "utf-8", "none"])
def test_a_body_that_is_plain_under_a_header_that_lies_stays_as_it_is(read: Any, coding: str) -> None:
    [document] = read(WarcReader(), "a.warc", response(BODY, Content_Encoding=coding, Transfer_Encoding="chunked"))
    assert document.content == BODY


def test_headers_of_the_crawler_say_nothing_of_the_body(read: Any) -> None:
    [document] = read(WarcReader(), "a.warc", response(BODY, X_Crawler_Content_Encoding="gzip"))
    assert document.content == BODY


BROKEN = {
    "gzip": gzip.compress(BODY)[:-40],
    "gzip without its checksum": gzip.compress(BODY)[:-8] + bytes(8),
    "deflate": zlib.compress(BODY)[:-40],
    "br": brotli(BODY)[:-10],
    "zstd": zstd(BODY)[:-10],
    "chunked": chunked(BODY)[:5000],
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_body_is_unreadable_and_keeps_its_bytes(read: Any, case: str) -> None:
    coding = {"Transfer_Encoding" if case == "chunked" else "Content_Encoding": case.split(maxsplit=1)[0]}
    items = read(WarcReader(), "a.warc", response(BROKEN[case], **coding) + page(2))
    assert isinstance(items[0], Unreadable)
    assert "body" in items[0].message
    assert items[0].content.endswith(BROKEN[case])
    assert items[1].content.startswith(b"<html><p>Page 2")


@pytest.mark.parametrize("case", ["gzip", "deflate", "chunked"])
def test_of_a_body_that_the_crawler_cut_off_the_beginning_is_read(read: Any, case: str) -> None:
    coding = {"Transfer_Encoding" if case == "chunked" else "Content_Encoding": case}
    [document] = read(WarcReader(), "a.warc", response(BROKEN[case], cut=True, **coding))
    assert 4000 < len(document.content) < len(BODY)
    assert BODY.startswith(document.content)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate, brotli, zstd])
def test_a_bomb_is_refused_before_it_takes_memory(make: Any, pack: Any) -> None:
    coding = {gzip.compress: "gzip", brotli: "br", zstd: "zstd"}.get(pack, "deflate")
    bomb = response(pack(bytes(10_000_000)), Content_Encoding=coding)
    file = make("a.warc", bomb)
    tracemalloc.start()
    [by_size] = WarcReader(max_bytes=2_000_000).read(Part(replace(file, bounds=Bounds(max_ratio=100_000))))
    [by_ratio] = WarcReader().read(Part(replace(file, bounds=Bounds(max_ratio=10))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert by_size.message == "its packed body holds more than 2000000 bytes"
    assert by_ratio.message == "its packed body holds more than 1048576 bytes"
    assert peak < 10_000_000
