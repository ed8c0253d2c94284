"""Halves of surrogate pairs in strings: JSON escapes can hold them, UTF-8 can't."""

from __future__ import annotations

__all__ = ["joined", "storable"]


def joined(text: str) -> str:
    """Join surrogate pairs, and put U+FFFD in for halves of one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def storable(value: object) -> str | None:
    """Give a value as a string that UTF-8 can hold: a half of a surrogate pair becomes its escape."""
    if type(value) is str and value.isascii():
        return value
    return None if value is None else str(value).encode("utf-8", "backslashreplace").decode()
