"""The reader for books in the format EPUB."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ingest.builtin.readers.epub.archive import Archive
from ingest.builtin.readers.epub.chapter import read_chapter
from ingest.builtin.readers.epub.elements import Element, read_elements
from ingest.builtin.readers.epub.errors import BookError, MemberError
from ingest.builtin.readers.epub.package import Package, locate
from ingest.builtin.readers.epub.protection import encrypted
from ingest.builtin.readers.ids import document_id
from ingest.builtin.readers.lines import read_at_most
from ingest.document import Document
from ingest.endpoints import Part, Reader, Unreadable
from ingest.input.files import InputFile

__all__ = ["EpubReader"]

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
# Largest file to read that says something of the book: that of a book of a thousand chapters has a tenth of it.
MOST_XML = 2 * 2**20


class EpubReader(Reader):
    """Read every book as one document: the text of its chapters in their order, without tables of contents.

    Title, authors and the date of publication are those of its package document, and `declared_language` in the metadata is
    its language. A chapter that is missing or damaged is unreadable by itself; the book is then read without it, and
    `unread_chapters` in the metadata says how many there are. A book that is encrypted is unreadable.
    """

    name = "epub"
    suffixes = (".epub",)

    metadata: list[str] = []
    """Elements of the Dublin Core to carry over into the column `metadata`, such as `publisher`, `identifier`, `subject`
    or `rights`."""
    max_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    """Largest text of a book to read, with its markup, in bytes after decompression. Pictures and fonts don't count,
    unless the file is compressed once more."""

    def sniff(self, head: bytes) -> bool:
        return head.startswith(b"PK\x03\x04") and head[30:58] == b"mimetypeapplication/epub+zip"

    def read(self, part: Part) -> Iterator[Document | Unreadable]:
        file = part.file
        try:
            with self._open(file) as stream:
                archive = Archive(stream, self.max_bytes, f"[read.{self.name}] max_bytes")
                yield from self._book(file.name, archive)
        except BookError as error:
            yield Unreadable(file.name, f"the book {error}")

    def _open(self, file: InputFile) -> io.BufferedReader | io.BytesIO:
        """Open a file so that it can be sought."""
        if file.compression is None:
            return file.open()
        with file.open() as stream:
            content = read_at_most(stream, self.max_bytes + 1)
        if len(content) > self.max_bytes:
            limit = f"the limit of {self.max_bytes}; to read it, raise [read.{self.name}] max_bytes"
            raise BookError(f"unpacks to more than {limit}")
        return io.BytesIO(content)

    def _book(self, name: str, archive: Archive) -> Iterator[Document | Unreadable]:
        package = _package(archive)
        chapters = list(package.chapters())
        if not chapters:
            raise BookError(f"can't be read: {package.name} names no chapter")
        _refuse_encrypted(archive, chapters)
        texts, caps, unread = [], set[str](), []
        for chapter in chapters:
            try:
                found = read_chapter(archive.read(chapter))
            except MemberError as error:
                unread.append(Unreadable(f"{name}#{chapter}", f"the chapter {error}"))
                continue
            texts.append(found.text)
            caps.update(found.caps)
        if texts:
            notes = {"unread_chapters": str(len(unread) or ""), "extraction_caps": " ".join(sorted(caps))}
            yield self._document(name, package, "\n\n".join(filter(None, texts)), notes)
        yield from unread

    def _document(self, name: str, package: Package, text: str, notes: dict[str, str]) -> Document:
        metadata = {field: "\n".join(package.texts(field)) for field in self.metadata}
        metadata |= {"declared_language": package.first("language") or ""} | notes
        return Document(
            id=document_id(name),
            file_path=name,
            title=package.first("title"),
            authors=package.authors,
            published=package.published,
            metadata={field: value for field, value in metadata.items() if value},
            content=text,
        )


def _package(archive: Archive) -> Package:
    """Find the package document by the container."""
    paths = [
        element.get("full-path")
        for element in _elements(archive, CONTAINER)
        if element.name == "rootfile" and element.get("media-type") in ("", "application/oebps-package+xml")
    ]
    if not paths:
        raise BookError(f"can't be read: {CONTAINER} names no package document")
    path = locate("", paths[0])
    return Package(path, _elements(archive, path))


def _refuse_encrypted(archive: Archive, chapters: list[str]) -> None:
    if not archive.has(ENCRYPTION):
        return
    locked = encrypted(_elements(archive, ENCRYPTION)).intersection(chapters)
    if locked:
        what = f"{len(locked)} of its {len(chapters)} chapters are, as in books with copy protection"
        raise BookError(f"is encrypted: {what}")


def _elements(archive: Archive, name: str) -> list[Element]:
    """Read a file that the whole book depends on."""
    try:
        return read_elements(archive.read(name, MOST_XML))
    except MemberError as error:
        raise BookError(f"can't be read: {name} {error}") from error
