"""Who wrote a message, by its `From` header."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.builtin.readers.mail.words import raw_text, words_decoded
from ingest.document import Author
from ingest.surrogates import joined

__all__ = ["senders"]

MOST_SENDERS = 20
# Quoted strings, comments and addresses are pieces; so is a comma, which parts senders only outside of those.
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"|\((?:[^()\\]|\\.)*+\)|<[^<>]*+>|[^",(<]++|.', re.DOTALL)
_ADDRESS = re.compile(r"""[^\s@<>()\[\],;:"']{1,64}@[^\s@<>(),;:"']{1,255}""")
# How archives of mailing lists hide addresses.
_HIDDEN = re.compile(r"(\S{1,64}) at (\S{1,255})")
# A list that sends in its own name what someone wrote: `Jane via The List <list@example.org>`.
_VIA = re.compile(r"(\S.*?)\s+via\s+\S.*", re.IGNORECASE | re.DOTALL)
_ROBOT = re.compile(r"(?:no|do-?not|never)[._-]?reply|notifications?|mailer-daemon|bounces?", re.IGNORECASE)


def senders(raw: str) -> tuple[Author, ...]:
    """Give the people that a `From` header names, at most twenty, with their addresses.

    Addresses of programs and of lists that pass on what others wrote are nobody's own.
    """
    authors = filter(None, map(_sender, _split(raw_text(raw))))
    return tuple(dict.fromkeys(author for author, _ in zip(authors, range(MOST_SENDERS), strict=False)))


def _split(value: str) -> Iterator[list[str]]:
    """Give the pieces of each sender. A comma in front of any address belongs to a name: `Doe, Jane <jane@x.org>`."""
    pieces: list[str] = []
    addressed = False
    for piece in _PIECE.findall(value):
        if piece == "," and addressed:
            yield pieces
            pieces, addressed = [], False
        else:
            pieces.append(piece)
            addressed = addressed or ("@" in piece and piece[0] != '"')
    yield pieces


def _sender(pieces: list[str]) -> Author | None:
    comments = " ".join(piece[1:-1] for piece in pieces if piece[0] == "(" and len(piece) > 1)
    angles = [piece[1:-1] for piece in pieces if piece[0] == "<" and len(piece) > 1]
    rest = "".join(piece for piece in pieces if piece[0] not in "(<")
    written = angles[-1] if angles else rest
    address = _address(written)
    if not angles:
        rest = "" if _HIDDEN.fullmatch(rest.strip()) else _ADDRESS.sub("", rest)
    name = _name(rest) or _name(comments)
    if via := _VIA.fullmatch(name):
        return Author(_name(via[1]))
    if not name and not address:
        return None
    own = address and not _ROBOT.fullmatch(address.partition("@")[0])
    return Author(name or address, (address,) if own else ())


def _address(written: str) -> str:
    if found := _ADDRESS.search(written):
        return joined(found[0])
    hidden = _HIDDEN.fullmatch(written.strip())
    return joined(f"{hidden[1]}@{hidden[2]}") if hidden and "." in hidden[2] else ""


def _name(written: str) -> str:
    """Give a name without quotes; an address in the place of one is none."""
    bare = re.sub(r"\\(.)", r"\1", written.replace('"', " "), flags=re.DOTALL)
    name = " ".join(words_decoded(bare).split()).strip("'\" ,")
    return "" if _ADDRESS.fullmatch(name) else joined(name)
