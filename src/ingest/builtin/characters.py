"""Which characters a text holds: one look that spares many steps a search of their own."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["unusual"]

# Bytes that mean themselves in UTF-8 and need no step's attention: printable ASCII, the tab and the line feed.
_PLAIN = bytes([0x09, 0x0A, *range(0x20, 0x7F)])
# Shorter strings, such as titles, are looked at anew each time, so that they don't push the text out of what is kept.
_SHORT = 1000


def unusual(text: str) -> str:
    """Give the characters of a text other than printable ASCII, tab and line feed, each once, in order.

    What does not match in this string does not match in the text, if it is an expression for a single character.
    """
    return _find(text) if len(text) < _SHORT else _find_once(text)


def _find(text: str) -> str:
    # Deleting takes a nanosecond a byte, and leaves little of most texts; a set takes twenty a character.
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
    return "".join(sorted(set(rest.decode("utf-8", "surrogatepass")))) if rest else ""


# The next step most often sees the same text.
_find_once = lru_cache(maxsize=2)(_find)
