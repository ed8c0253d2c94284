"""What the package document of a book says of it, and the chapters that it names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from ingest.builtin.readers.epub.elements import Element
from ingest.document import Author

__all__ = ["Package", "locate"]

# Pictures and the like may stand between the chapters.
_NO_TEXT = ("image/", "audio/", "video/")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-\d\d(?:T\d\d:\d\d.{0,30})?)?)?")
# Calibre writes the year 101 where it knows none.
FIRST_YEAR = 1000


def locate(base: str, link: str) -> str:
    """Give the name in the book of what a link leads to.

    Args:
        base: name of the file that the link stands in.
        link: a relative address.
    """
    path = unquote(link.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


@dataclass(frozen=True, slots=True)
class Package:
    """The elements of a package document."""

    name: str
    """Its place in the book."""
    elements: Sequence[Element]

    def named(self, name: str) -> list[Element]:
        """Give the elements of a name that hold text."""
        return [element for element in self.elements if element.name == name and element.text]

    def texts(self, name: str) -> list[str]:
        """Give the texts of the elements of a name."""
        return [element.text for element in self.named(name)]

    def first(self, name: str) -> str | None:
        """Give the text of the first element of a name."""
        return next(iter(self.texts(name)), None)

    @property
    def authors(self) -> tuple[Author, ...]:
        """The creators that are no illustrators, translators and so on."""
        roles = {
            element.get("refines").removeprefix("#"): element.text
            for element in self.named("meta")
            if element.get("property") == "role"
        }
        names = [
            element.text
            for element in self.named("creator")
            if (element.get("role") or roles.get(element.get("id"), "aut")) == "aut"
        ]
        return tuple(map(Author, dict.fromkeys(names)))

    @property
    def published(self) -> str | None:
        """The date of publication, as precise as it is stated."""
        dates = [element for element in self.named("date") if element.get("event") in ("", "publication")]
        dates.sort(key=lambda element: element.get("event") != "publication")
        return next((element.text for element in dates if _is_date(element.text)), None)

    def chapters(self) -> Iterator[str]:
        """Give the names of the chapters in their order, each once, without tables of contents."""
        items = {element.get("id"): element for element in self.elements if element.name == "item"}
        seen = {self._target(item) for item in items.values() if "nav" in item.get("properties").split()}
        seen |= {
            self._target(element)
            for element in self.elements
            # A mark in the address leads to a table inside of a chapter.
            if element.name == "reference" and element.get("type") == "toc" and "#" not in element.get("href")
        }
        for element in self.elements:
            if element.name != "itemref":
                continue
            item = items.get(element.get("idref"))
            # What the manifest lacks is missing by the name that the spine gives it.
            chapter = self._target(item) if item else element.get("idref")
            if chapter not in seen and not (item and item.get("media-type").startswith(_NO_TEXT)):
                seen.add(chapter)
                yield chapter

    def _target(self, element: Element) -> str:
        return locate(self.name, element.get("href"))


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None or int(match[1]) < FIRST_YEAR:
        return False
    try:
        datetime.fromisoformat(text if len(text) > 7 else f"{match[1]}-{match[2] or '01'}-01")
    except ValueError:
        return False
    return True
