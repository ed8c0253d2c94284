"""Make WARC files from a Parquet file of pages, as a crawler would have stored them.

    python benchmarks/warc.py PAGES.parquet FOLDER [--records N] [--files N] [--seed N]

PAGES needs the columns `html` (bytes) and `url`. As in the files of Common Crawl, every record is a gzip member of its own,
a file opens with a `warcinfo`, a `request` stands in front of each `response`, and the body is stored as it was after
transfer. The pages come in the order of the Parquet file and go to the files in turn, so that these are of nearly one size.
Fewer records than pages are taken evenly; for more, the pages come again under other addresses. The bytes of the result
depend on the arguments alone.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import gzip
import hashlib
import random
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq

__all__ = ["Page", "read_pages", "write_warcs"]

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# As servers write it. Pages whose server names no charset say it in a `meta`, or nowhere.
CONTENT_TYPES = ("text/html; charset=UTF-8", "text/html;charset=utf-8", 'text/html; charset="utf-8"', "text/html")
SHARES = (70, 15, 2, 13)
SERVERS = ("nginx", "Apache", "cloudflare", "Microsoft-IIS/10.0")
ROWS = 16


@dataclass(frozen=True)
class Page:
    """A page and where it came from."""

    url: str
    html: bytes


def read_pages(source: Path, records: int | None = None) -> Iterator[Page]:
    """Give so many pages of a Parquet file, or all of them once; a few rows are in memory at a time."""
    with pq.ParquetFile(source) as file:
        rows = file.metadata.num_rows
        wanted = rows if records is None else records
        turns, rest = divmod(wanted, rows)
        chosen = {place * rows // rest for place in range(rest)}
        for turn in range(turns + bool(rest)):
            number = 0
            for batch in file.iter_batches(ROWS, columns=["url", "html"]):
                for row in batch.to_pylist():
                    if turn < turns or number in chosen:
                        yield Page(_url(row["url"], number, turn), row["html"])
                    number += 1


def _url(url: str | None, number: int, turn: int) -> str:
    url = url or f"https://example.com/{number}"
    return f"{url}{'&' if '?' in url else '?'}turn={turn}" if turn else url


def write_warcs(source: Path, folder: Path, records: int | None = None, files: int = 1, seed: int = 0) -> list[Path]:
    """Write the pages into `pages-NNN.warc.gz` and give the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"pages-{number:03d}.warc.gz" for number in range(files)]
    dice = random.Random(seed)  # noqa: S311  it only has to be the same every time
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("wb")) for path in paths]
        for stream, path in zip(streams, paths, strict=True):
            stream.write(_warcinfo(path.name))
        for number, page in enumerate(read_pages(source, records)):
            streams[number % files].write(_request(page, number) + _response(page, number, dice))
    return paths


def _warcinfo(name: str) -> bytes:
    block = b"isPartOf: pages\r\nsoftware: benchmarks/warc.py\r\nformat: WARC File Format 1.0\r\n"
    return _record(
        "warcinfo", _id(name), START, {"WARC-Filename": name, "Content-Type": "application/warc-fields"}, block
    )


def _request(page: Page, number: int) -> bytes:
    parts = urlsplit(page.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (f"GET {path} HTTP/1.1", "User-Agent: benchmark", "Accept: text/html", f"Host: {parts.netloc}", "", "")
    headers = {"WARC-Target-URI": page.url, "Content-Type": "application/http; msgtype=request"}
    return _record("request", _id(f"request {number}"), _moment(number), headers, "\r\n".join(lines).encode())


def _response(page: Page, number: int, dice: random.Random) -> bytes:
    moment = _moment(number)
    lines = (
        "HTTP/1.1 200 OK",
        f"Date: {moment:%a, %d %b %Y %H:%M:%S} GMT",
        f"Server: {dice.choice(SERVERS)}",
        f"Content-Type: {dice.choices(CONTENT_TYPES, SHARES)[0]}",
        "Vary: Accept-Encoding",
        "X-Crawler-Content-Encoding: gzip",
        f"Content-Length: {len(page.html)}",
        "Connection: keep-alive",
        "",
        "",
    )
    block = "\r\n".join(lines).encode() + page.html
    headers = {
        "WARC-Target-URI": page.url,
        "WARC-Payload-Digest": _digest(page.html),
        "WARC-Block-Digest": _digest(block),
        "WARC-Identified-Payload-Type": "text/html",
        "Content-Type": "application/http; msgtype=response",
    }
    return _record("response", _id(f"response {number}"), moment, headers, block)


def _record(kind: str, id_: str, moment: dt.datetime, headers: dict[str, str], block: bytes) -> bytes:
    """Give a record as a gzip member."""
    fields = {"WARC-Type": kind, "WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "WARC-Record-ID": id_, **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    plain = f"WARC/1.0\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"
    return gzip.compress(plain, compresslevel=6, mtime=0)


def _id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def _moment(number: int) -> dt.datetime:
    return START + dt.timedelta(seconds=number)


def _digest(data: bytes) -> str:
    # Archives name their payloads by SHA-1; nothing here is kept secret by it.
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def main() -> None:
    """Write the files and print their paths and sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pages", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, help="responses in all files together; by default every page once")
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for path in write_warcs(options.pages, options.folder, options.records, options.files, options.seed):
        print(f"{path} {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
