"""The elements of an XML document in their order. Entities are refused, and nothing outside of it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ingest.builtin.readers.epub.errors import MemberError

__all__ = ["Element", "read_elements"]


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its own text. Names have no prefix: `title` for `dc:title`."""

    name: str
    attributes: Mapping[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text that stands directly in it, on one line."""
        return " ".join("".join(self.pieces).split())

    def get(self, name: str) -> str:
        """Give an attribute; empty if there is none."""
        return self.attributes.get(name, "")


def read_elements(content: bytes) -> list[Element]:
    """Give all elements.

    Raises:
        MemberError: this is no well-formed XML, or it declares entities.
    """
    found: list[Element] = []
    around: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        element = Element(_bare(name), {_bare(key): value for key, value in attributes.items()})
        found.append(element)
        around.append(element)

    def end(_: str) -> None:
        around.pop()

    def text(piece: str) -> None:
        if around:
            around[-1].pieces.append(piece)

    def refuse(*_: Any) -> None:
        raise MemberError("declares entities, which is not allowed")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content.lstrip(), True)  # white space in front of the declaration is common
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MemberError(f"is no well-formed XML: {error}") from error
    return found


def _bare(name: str) -> str:
    return name.rpartition(":")[2]
