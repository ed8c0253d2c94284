"""Values of headers as text: the encoded words of RFC 2047, and bytes that a header must not hold but many do.

The parser of the standard library takes quadratic time for some headers and fails over others, such as `((((`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from ingest.builtin import charsets

__all__ = ["header_text", "raw_text", "words_decoded"]

# Longest value of a header that is looked at, in bytes.
LONGEST = 10_000
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bq])\?([^?\r\n]*)\?=", re.IGNORECASE)
_CONTROLS = dict.fromkeys([*range(32), 127], " ")


def header_text(raw: str) -> str:
    """Give the value of a header on one line, decoded.

    Args:
        raw: the value as `email` has it: folded, bytes beyond ASCII as halves of surrogate pairs.
    """
    return " ".join(words_decoded(raw_text(raw)).translate(_CONTROLS).split())


def raw_text(raw: str) -> str:
    """Give the value with its bytes beyond ASCII decoded, and the encoded words as they are."""
    return _decoded(raw[:LONGEST].encode("ascii", "surrogateescape"), "utf-8")


def words_decoded(text: str) -> str:
    """Decode the encoded words. The bytes of those that stand side by side are joined first: many cut characters."""
    pieces: list[str] = []
    content, charset = b"", ""
    for piece, label in _pieces(text):
        if label != charset:
            pieces.append(_decoded(content, charset))
            content, charset = b"", label
        if isinstance(piece, bytes):
            content += piece
        else:
            pieces.append(piece)
    return "".join([*pieces, _decoded(content, charset)])


def _pieces(text: str) -> Iterator[tuple[bytes | str, str]]:
    """Give the text in pieces: bytes of encoded words with the label of their charset, and what stands between."""
    position = 0
    for word in _WORD.finditer(text):
        between = text[position : word.start()]
        # White space between two encoded words belongs to neither.
        if between and not (position and between.isspace()):
            yield between, ""
        # A language may follow the charset: `utf-8*en`.
        yield _content(word[2].lower(), word[3]), word[1].partition("*")[0].lower()
        position = word.end()
    if rest := text[position:]:
        yield rest, ""


def _content(encoding: str, payload: str) -> bytes:
    packed = payload.encode()
    if encoding == "q":
        return binascii.a2b_qp(packed, header=True)
    try:
        return binascii.a2b_base64(packed + b"===")
    except binascii.Error:
        return packed


def _decoded(content: bytes, label: str) -> str:
    charset = charsets.by_label(label) if label else None
    if charset is not None and not charset.name.startswith("utf-8"):
        return content.decode(charset.codec, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("sloppy-windows-1252", "replace")
