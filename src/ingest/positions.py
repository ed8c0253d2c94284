"""Which line of a TOML file a key stands on."""

from __future__ import annotations

import re

__all__ = ["key_lines"]

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PATH})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})\s*=")
_MULTILINE = re.compile(r'"""(?:\\.|[^\\])*?"""' + r"|'''.*?'''", re.DOTALL)

Path = tuple[str | int, ...]


def key_lines(source: str) -> dict[Path, int]:
    """Map the path of every key and table to its line, counted from 1.

    The n-th table of an array has the number n in its path: `("steps", 2, "use")`. The source must be valid
    TOML. Keys inside an inline table are not listed; their line is that of the key in front of the table.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    blanked = _MULTILINE.sub(lambda match: '""' + "\n" * match.group().count("\n"), source)
    for number, line in enumerate(blanked.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = _resolve(_pieces(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault((*table, *_pieces(assignment[1])), number)
    return lines


def _pieces(path: str) -> tuple[str, ...]:
    return tuple(piece.strip("\"'") for piece in re.findall(_KEY, path))


def _resolve(pieces: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Give the path with the number of the current table behind every array of tables on the way."""
    path: Path = ()
    for index, piece in enumerate(pieces):
        path = (*path, piece)
        if path in counts and index + 1 < len(pieces):
            path = (*path, counts[path])
    return path
