"""A message as the standard library parses it, within limits."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime

from ingest.builtin.readers.mail.words import header_text

__all__ = ["date_of", "header", "headers", "parse"]

# What a parser of mail takes for each part, and for each boundary that may end the part at hand in each line, adds up.
MOST_PARTS = 10_000
MOST_BOUNDARIES = 1000
MOST_CHECKS = 50_000_000
LONGEST_DATE = 200
# No mail is older, and a clock that was never set starts in 1970.
YEARS = range(1971, 2100)
_BOUNDARY = re.compile(rb"""boundary\s{0,9}=\s{0,9}"?([^"\s;]{1,200})""", re.IGNORECASE)
# What `email` takes for the parameters of a header grows by the square of their length.
LONGEST_HEADER = 20_000
_PARAMETERS = re.compile(
    rb"(?:\A|[\r\n])content-(?:type|disposition)[ \t]{0,9}:(?:[^\r\n]++|[\r\n]{1,2}+[ \t])*+", re.IGNORECASE
)
_MARK = b"\xef\xbb\xbf"


def parse(content: bytes) -> Message:
    """Parse a message.

    Headers stay as they are: the modern policy of `email` fails over some, and takes quadratic time for others.

    Raises:
        ValueError: it has too many parts, or parts too deep inside of each other, or a header that is far too long.
    """
    longest = max((len(found[0]) for found in _PARAMETERS.finditer(content)), default=0)
    if longest > LONGEST_HEADER:
        raise ValueError(f"has a header of {longest} bytes, more than {LONGEST_HEADER}")
    boundaries = set(_BOUNDARY.findall(content))
    if len(boundaries) > MOST_BOUNDARIES or len(boundaries) * content.count(b"\n") > MOST_CHECKS:
        raise ValueError(f"has {len(boundaries)} boundaries of parts, too many for its length")
    if sum(content.count(b"--" + boundary) for boundary in boundaries) > MOST_PARTS:
        raise ValueError(f"has more than {MOST_PARTS} parts")
    try:
        return message_from_bytes(content.removeprefix(_MARK), policy=policy.compat32)
    except RecursionError:
        raise ValueError("has parts too deep inside of each other") from None


def headers(message: Message, name: str) -> list[str]:
    """Give the values of all headers of that name, as they stand there."""
    wanted = name.lower()
    return [str(value) for key, value in message.raw_items() if key.lower() == wanted]


def header(message: Message, name: str) -> str:
    """Give the first header of that name as text; empty if there is none."""
    return next((header_text(value) for value in headers(message, name)), "")


def date_of(message: Message) -> str | None:
    """Give the date of a message as ISO 8601, with the zone if it has one."""
    try:
        date = parsedate_to_datetime(header(message, "Date")[:LONGEST_DATE])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.isoformat() if date.year in YEARS else None
