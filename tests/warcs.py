"""WARC files to read in tests, sound ones and others."""

from __future__ import annotations

import gzip

HTML = {"Content-Type": "text/html; charset=utf-8"}


def http(body: bytes, headers: dict[str, str] | None = None, status: str = "200 OK") -> bytes:
    """Give an HTTP response."""
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name}: {value}" for name, value in (HTML if headers is None else headers).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def record(number: int, block: bytes, kind: str = "response", **headers: str) -> bytes:
    """Give a record. Underscores in names of headers stand for hyphens; one that is empty is left out."""
    content_type = {"response": "application/http; msgtype=response", "conversion": "text/plain"}.get(kind, "")
    fields = {
        "WARC_Type": kind,
        "WARC_Record_ID": record_id(number),
        "WARC_Date": f"2024-01-01T00:00:{number % 60:02}Z",
        "WARC_Target_URI": f"https://site.example/{number}",
        "Content_Type": content_type,
        "Content_Length": str(len(block)),
        **headers,
    }
    lines = ["WARC/1.0", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def record_id(number: int) -> str:
    """Give the id that `record` gives to the record of this number."""
    return f"<urn:uuid:{number:08}-0000-4000-8000-000000000000>"


def page(number: int, size: int = 300, **headers: str) -> bytes:
    """Give a response with a page of about so many bytes; the same for the same arguments."""
    words = " ".join(f"{(number + 1) * position * 7919 % 10007:x}" for position in range(size // 4))
    return record(number, http(f"<html><p>Page {number} {words}".encode()), **headers)


def packed(*records: bytes, level: int = 6) -> bytes:
    """Give a gzip file with a member for each record."""
    return b"".join(gzip.compress(entry, level, mtime=0) for entry in records)


def plain(*records: bytes) -> bytes:
    """Give a file that is not packed."""
    return b"".join(records)
