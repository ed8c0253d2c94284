"""Blocks of header lines, as records of WARC and messages of HTTP begin with."""

from __future__ import annotations

import re

__all__ = ["END_OF_HEAD", "parse_headers"]

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
"""The empty line behind the headers. Old crawlers and servers end their lines without a carriage return."""

_FOLD = re.compile(r"\r?\n[ \t]+")


def parse_headers(head: bytes) -> dict[str, str]:
    """Give the headers behind the first line, by lower-case name; what is given more than once is joined by `, `."""
    headers: dict[str, list[str]] = {}
    text = _decoded(head)
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    for line in text.split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return {name: ", ".join(values) for name, values in headers.items()}


def _decoded(head: bytes) -> str:
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("latin-1")
