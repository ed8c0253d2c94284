"""Paragraphs that a mail program broke into lines, joined again (RFC 3676)."""

from __future__ import annotations

__all__ = ["joined_lines"]

_SIGNATURE = b"-- "


def joined_lines(content: bytes, *, delete_space: bool) -> bytes:
    """Join the lines of a text in the format `flowed`: one that ends in a space goes on in the next.

    Args:
        content: the text, in a charset that holds ASCII.
        delete_space: the space at the end of a line is no part of the text, as in scripts without spaces.
    """
    pieces: list[bytes] = []
    flows_from = -1  # depth of quoting of the line that goes on, -1 if none does
    for line in content.splitlines():
        text = line.lstrip(b">")
        depth = len(line) - len(text)
        text = text.removeprefix(b" ")
        if flows_from != depth or text == _SIGNATURE:
            pieces += (b"\n" if pieces else b"", b">" * depth, b" " if depth else b"")
        flows = text.endswith(b" ") and text != _SIGNATURE
        pieces.append(text[:-1] if flows and delete_space else text)
        flows_from = depth if flows else -1
    return b"".join([*pieces, b"\n"]) if pieces else b""
