"""Which line of a TOML file a key stands on."""

from __future__ import annotations

import re
import tomllib

__all__ = ["key_lines"]

_STRING = r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'"
_KEY = rf"(?:[A-Za-z0-9_-]+|{_STRING})"
_PATH = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)[ \t]*({_PATH})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})[ \t]*=")
# What may hold brackets and equal signs that mean nothing. Left to right: the first that starts is what it is.
_OPAQUE = re.compile(
    r'(?P<multiline>"""(?:\\.|[^\\])*?"""(?:"{0,2}))'
    + r"|(?P<literal>'''.*?'''(?:'{0,2}))"
    + rf"|(?P<string>{_STRING})|(?P<comment>#[^\n]*)",
    re.DOTALL,
)

Path = tuple[str | int, ...]


def key_lines(source: str) -> dict[Path, int]:
    """Map the path of every key and table to its line, counted from 1.

    The n-th table of an array has the number n in its path: `("steps", 2, "use")`. The source must be valid
    TOML. Keys inside an inline table are not listed; their line is that of the key in front of the table.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    depth = 0
    for number, line in enumerate(_OPAQUE.sub(_blanked, source).split("\n"), start=1):
        if depth:
            # Inside an array that goes over several lines.
            depth += _opened(line)
        elif header := _HEADER.match(line):
            table = _resolve(_pieces(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault((*table, *_pieces(assignment[1])), number)
            depth = _opened(line[assignment.end() :])
    return lines


def _blanked(match: re.Match[str]) -> str:
    """Keep strings of one line, which may be keys; of the others only the line breaks."""
    return match["string"] or ('""' if match["comment"] is None else "") + "\n" * match.group().count("\n")


def _opened(line: str) -> int:
    """Give how many more brackets open on a line than close."""
    plain = re.sub(_STRING, "", line)
    return sum(plain.count(bracket) for bracket in "[{") - sum(plain.count(bracket) for bracket in "]}")


def _pieces(path: str) -> tuple[str, ...]:
    return tuple(
        next(iter(tomllib.loads(f"{piece} = 0"))) if piece[0] in "\"'" else piece for piece in re.findall(_KEY, path)
    )


def _resolve(pieces: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Give the path with the number of the current table behind every array of tables on the way."""
    path: Path = ()
    for index, piece in enumerate(pieces):
        path = (*path, piece)
        if path in counts and index + 1 < len(pieces):
            path = (*path, counts[path])
    return path
