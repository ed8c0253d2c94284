"""Halves of surrogate pairs in strings: JSON escapes can hold them, UTF-8 can't."""

from __future__ import annotations

__all__ = ["joined"]


def joined(text: str) -> str:
    """Join surrogate pairs, and put U+FFFD in for halves of one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
