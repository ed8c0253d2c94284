"""Books."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builtin.readers import EpubReader
from ingest.builtin.readers.ids import document_id
from ingest.document import Author, Document
from ingest.endpoints import Unreadable
from ingest.errors import ReadError

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
OPF = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" version="3.0"><metadata
  xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>
<manifest>
  <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="scripted nav"/>
  <item id="cover" href="cover.svg" media-type="image/svg+xml"/>
  <item id="two" href="text/part%202.xhtml#top" media-type="application/xhtml+xml"/>
  <item id="one" href="../one.xhtml" media-type="application/xhtml+xml"/>
</manifest>
<spine><itemref idref="cover"/><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/><itemref idref="one"/></spine>
<guide><reference type="toc" href="text/part%202.xhtml#toc"/></guide></package>"""
METADATA = """<dc:title>The
  Weir</dc:title><dc:creator id="a">Jane Doe</dc:creator><dc:creator id="b">Joe Roe</dc:creator>
<meta refines="#a" property="role">aut</meta><meta refines="#b" property="role">ill</meta>
<dc:creator opf:role="trl">Ann Poe</dc:creator>
<dc:date opf:event="modification">2020-01-01</dc:date><dc:date>0101-01-01</dc:date><dc:date>1999-05</dc:date>
<dc:language>en</dc:language><dc:subject>Rivers</dc:subject><dc:subject>Fish</dc:subject>"""
XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
PARTS = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": OPF.format(metadata=METADATA),
    "OEBPS/nav.xhtml": XHTML.format("<nav><ol><li>Contents</li></ol></nav>"),
    "one.xhtml": XHTML.format("<h1>One</h1><p>It<br/>holds.</p><p>Dry&#160;&amp;\nsafe.</p>"),
    "OEBPS/text/part 2.xhtml": XHTML.format("<h1>Two</h1><footer><p>Noted.</p></footer>"),
}
BOOK_TEXT = "One\n\nIt\nholds.\n\nDry\xa0& safe.\n\nTwo\n\nNoted."


def book(changes: Mapping[str, str | bytes | None] = {}, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in (PARTS | changes).items():
            if content is not None:
                archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else method)
    return packed.getvalue()


def chapter(markup: str) -> dict[str, str]:
    return {"one.xhtml": markup, "OEBPS/text/part 2.xhtml": ""}


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_book_is_one_document(read: Any, pack: Any, suffix: str) -> None:
    name = f"a.epub{suffix}"
    [doc] = read(EpubReader(metadata=["subject", "rights"]), name, pack(book(), suffix))
    assert (doc.content, doc.media_type) == (BOOK_TEXT, "text/plain")
    assert (doc.title, doc.authors, doc.published) == ("The Weir", (Author("Jane Doe"),), "1999-05")
    assert doc.metadata == {"subject": "Rivers\nFish", "declared_language": "en"}
    assert (doc.id, doc.file_path) == (document_id(name), name)


def test_a_book_is_known_by_its_first_bytes() -> None:
    assert EpubReader().sniff(book()[:4096])
    assert not EpubReader().sniff(book({"mimetype": "application/zip"})[:4096])


XHTML_CASES = [
    ('<head><title/><script src="x"/></head><p>a</p><p/><p>b<a id="x"/></p><div title="1 > 0"/>c', "a\n\nb\n\nc"),
    ("<body><![CDATA[a < b & <i>]]></body>", "a < b & <i>"),
    ('<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]><body>a &e; b</body>', "a &e; b"),
    ("<body><ul><li>a</li><li>b</li></ul><pre>c\n d</pre></body>", "a\nb\n\nc\n d"),
]


@pytest.mark.parametrize(("markup", "text"), XHTML_CASES)
def test_the_text_of_xhtml_is_whole(read: Any, markup: str, text: str) -> None:
    [doc] = read(EpubReader(), "a.epub", book(chapter(markup)))
    assert doc.content == text


def test_a_chapter_is_decoded_as_it_says(read: Any) -> None:
    markup = '<?xml version="1.0" encoding="windows-1251"?><p>Плотина держит воду</p>'
    [doc] = read(EpubReader(), "a.epub", book({**chapter(""), "one.xhtml": markup.encode("cp1251")}))
    assert doc.content == "Плотина держит воду"


def _flipped(content: bytes) -> bytes:
    """Damage the first chapter."""
    at = content.index(b"<h1>One")
    return content[:at] + b"<h2>" + content[at + 4 :]


CHAPTERS = {
    "is not in the book": book({"one.xhtml": None}),
    "is damaged: Bad CRC-32 for file 'one.xhtml'": _flipped(book(method=zipfile.ZIP_STORED)),
    "is compressed by method 12, which books don't use": None,
}


@pytest.mark.parametrize(("message", "content"), CHAPTERS.items())
def test_a_chapter_that_cant_be_read_costs_itself_and_is_on_record(
    read: Any, message: str, content: bytes | None
) -> None:
    if content is None:
        packed = io.BytesIO(book({"one.xhtml": None}))
        with zipfile.ZipFile(packed, "a") as archive:
            archive.writestr("one.xhtml", "x", zipfile.ZIP_BZIP2)
        content = packed.getvalue()
    doc, gap = read(EpubReader(), "a.epub", content)
    assert (doc.content, doc.metadata["unread_chapters"]) == ("Two\n\nNoted.", "1")
    assert gap == Unreadable("a.epub#one.xhtml", f"the chapter {message}")


def test_without_any_chapter_there_is_no_document(read: Any) -> None:
    items = read(EpubReader(), "a.epub", book({"one.xhtml": None, "OEBPS/text/part 2.xhtml": None}))
    assert [item.file_path for item in items] == ["a.epub#one.xhtml", "a.epub#OEBPS/text/part 2.xhtml"]


ENCRYPTION = (
    '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod '
    'Algorithm="{}"/><enc:CipherData><enc:CipherReference URI="{}"/></enc:CipherData></enc:EncryptedData></encryption>'
)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">]><package>&a;</package>'
BOOKS = {
    "is no ZIP file, or damaged: File is not a zip file": b"PK\x03\x04",
    "can't be read: META-INF/container.xml is not in the book": book({"META-INF/container.xml": None}),
    "can't be read: META-INF/container.xml names no package document": book({"META-INF/container.xml": "<container/>"}),
    "can't be read: OEBPS/book.opf is not in the book": book({"OEBPS/book.opf": None}),
    "can't be read: OEBPS/book.opf is no well-formed XML: ": book({"OEBPS/book.opf": "<package><metadata>"}),
    "can't be read: OEBPS/book.opf names no chapter": book({"OEBPS/book.opf": "<package/>"}),
    "can't be read: OEBPS/book.opf declares entities, which is not allowed": book({"OEBPS/book.opf": LAUGHS}),
    "can't be read: OEBPS/book.opf has more than 2097152 bytes": book(
        {"OEBPS/book.opf": "<package>" + " " * 2**21}, zipfile.ZIP_STORED
    ),
    "is encrypted: 1 of its 2 chapters are": book(
        {"META-INF/encryption.xml": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "one.xhtml")}
    ),
}


@pytest.mark.parametrize(("message", "content"), BOOKS.items(), ids=BOOKS)
def test_a_book_that_cant_be_read_says_why(read: Any, message: str, content: bytes) -> None:
    [item] = read(EpubReader(), "a.epub", content)
    assert item.file_path == "a.epub"
    assert item.message.startswith(f"the book {message}")


def test_fonts_that_are_made_unusable_do_no_harm(read: Any) -> None:
    encryption = ENCRYPTION.format("http://www.idpf.org/2008/embedding", "one.xhtml")
    [doc] = read(EpubReader(), "a.epub", book({"META-INF/encryption.xml": encryption}))
    assert doc.content == BOOK_TEXT


def test_no_path_leads_out_of_the_book(read: Any) -> None:
    out = {"OEBPS/book.opf": OPF.format(metadata="").replace("../one.xhtml", "../../../../etc/passwd")}
    doc, gap = read(EpubReader(), "a.epub", book(out))
    assert (doc.content, gap.file_path) == ("Two\n\nNoted.", "a.epub#../../../etc/passwd")


BOMBS = {
    "unpacks to more than the limit of 2500000; to read it, raise [read.epub] max_bytes": random.Random(0)
    .randbytes(4_000_000)
    .hex(),
    "is refused: one.xhtml in it unpacks to more than 200 times its size": " " * 2_400_000,
}


@pytest.mark.parametrize(("message", "markup"), BOMBS.items(), ids=["size", "ratio"])
def test_a_bomb_is_not_unpacked(make: Any, collect: Any, message: str, markup: str) -> None:
    file = make("a.epub", book(chapter(markup)))
    tracemalloc.start()
    items, error = collect(EpubReader(max_bytes=2_500_000), file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (items, error) == ([Unreadable("a.epub", f"the book {message}")], None)
    assert peak < 8_000_000


COSTLY = ["<a '" * 100_000, '<a b="' * 100_000, "<![CDATA[" * 100_000, "<!DOCTYPE [" * 50_000, "<a/" * 100_000]


@pytest.mark.parametrize("markup", COSTLY)
def test_no_chapter_takes_long(read: Any, markup: str) -> None:
    start = time.process_time()
    read(EpubReader(), "a.epub", book(chapter(markup), zipfile.ZIP_STORED))
    assert time.process_time() - start < 2


@settings(max_examples=60)
@given(st.data(), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_a_book_with_any_bytes_changed_raises_nothing_but_what_a_run_records(
    make: Any, collect: Any, data: Any, method: int
) -> None:
    content = bytearray(book(method=method))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        items, error = collect(EpubReader(), make("a.epub", bytes(content[:cut])))
    assert items or isinstance(error, (ReadError, OSError))
    assert all(isinstance(item, (Document, Unreadable)) for item in items)
