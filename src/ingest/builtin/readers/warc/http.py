"""HTTP responses as an archive holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.builtin.readers.warc.headers import END_OF_HEAD, parse_headers

__all__ = ["Response", "parse_response"]

_LONGEST_HEAD = 1 << 20
_STATUS = re.compile(rb"HTTP/\d(?:\.\d+)?[ \t]+(\d{3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Response:
    """The head of a response, and where its body starts."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: int


def parse_response(data: bytes, start: int, stop: int) -> Response:
    """Parse the head of the response that stands in `data[start:stop]`.

    Raises:
        ValueError: no HTTP response stands there, or its headers don't end within a megabyte.
    """
    status = _STATUS.match(data, start, stop)
    if status is None:
        raise ValueError("it does not begin with the status line of an HTTP response")
    end = END_OF_HEAD.search(data, start, min(stop, start + _LONGEST_HEAD))
    if end is None and stop - start > _LONGEST_HEAD:
        raise ValueError(f"its HTTP headers have more than {_LONGEST_HEAD} bytes")
    head, body = (stop, stop) if end is None else end.span()
    return Response(int(status[1]), parse_headers(data[start:head]), body)
