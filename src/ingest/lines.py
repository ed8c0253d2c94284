"""A text as lines with their places."""

from __future__ import annotations

__all__ = ["line_spans"]


def line_spans(text: str) -> list[tuple[int, int]]:
    r"""Give start and end of every line, the line breaks (`\n` only) left out. Offsets are code points."""
    spans: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        spans.append((start, end))
        start = end + 1
    return spans
