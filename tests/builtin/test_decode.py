from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.builtin.decode import Decode
from ingest.document import Document, Dropped

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00"


def decoded(content: bytes | str, step: Decode | None = None, **fields: str) -> Document | Dropped:
    doc = Document("x", content=content).replace(**fields)
    (result,) = (step or Decode()).process([doc])
    assert isinstance(result, (Document, Dropped))
    return result


def text_of(content: bytes | str, step: Decode | None = None, **fields: str) -> Document:
    result = decoded(content, step, **fields)
    assert isinstance(result, Document), result
    return result


def reason(content: bytes | str) -> tuple[str, str]:
    result = decoded(content)
    assert isinstance(result, Dropped), result
    return result.reason.code, result.reason.value


def test_notes_charset_and_length() -> None:
    doc = text_of("Größe".encode("windows-1252"), declared_charset="iso-8859-1")
    assert (doc.text, doc.charset, doc.n_chars_raw) == ("Größe", "windows-1252", 5)
    assert "undecodable_bytes" not in doc.metadata


def test_the_label_that_came_along_goes_before_the_one_inside() -> None:
    content = b'<meta charset="windows-1252">' + "мост".encode("windows-1251")
    assert text_of(content, declared_charset="windows-1251").charset == "windows-1251"
    assert text_of(content).charset == "windows-1252"


def test_an_unknown_label_gives_way_to_the_one_inside() -> None:
    content = b'<meta charset="windows-1251">' + "мост".encode("windows-1251")
    assert text_of(content, declared_charset="klingon").text.endswith("мост")


@pytest.mark.parametrize("broken", [1, 2, 7])
def test_counts_undecodable_bytes(broken: int) -> None:
    doc = text_of(("мост через реку " * 40).encode() + b"\xff" * broken)
    assert doc.charset == "utf-8"
    assert doc.metadata["undecodable_bytes"] == str(broken)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "jpeg"),
        (b"GIF89a\x01\x00\x01\x00", "gif"),
        (b"%PDF-1.7\n%abc\n1 0 obj", "pdf"),
        (b"PK\x03\x04\x14\x00\x00\x00", "zip"),
        (b"\x1f\x8b\x08\x00\x00\x00", "gzip"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "zstd"),
        (b"BZh91AY&SY\x00\x01", "bzip2"),
        (b"\x7fELF\x02\x01\x01\x00", "elf"),
        (b"RIFF\x24\x00\x00\x00WAVE", "riff"),
        (b"ID3\x04\x00\x00", "mp3"),
        (b"PAR1\x15\x04\x15\x00", "parquet"),
        (b"SQLite format 3\x00\x10\x00", "sqlite"),
        (b"\x00\x00\x01\x00\x01\x00\x10\x10", "ico"),
        (bytes(range(256)) * 4, "unknown"),
        (b"\x00" * 64, "unknown"),
    ],
)
def test_binary_files_are_dropped(content: bytes, kind: str) -> None:
    assert reason(content) == ("binary", kind)


@pytest.mark.parametrize(
    "text",
    [
        "RIFF is what the drummer calls it, and he plays it twice.",
        "ID3 is a tag, said the archivist.",
        "BZh is how the label began.",
        "GIF87 or GIF89? The answer is in the appendix.",
        "PAR1 is the first hole of the course.",
        "Rar! cried the parrot.",
        "OggS is a typo for eggs.",
        "a page\x0c and another page\x0c",
        "\x1b[1mbold\x1b[0m terminal output, which has an escape here and there",
    ],
)
def test_text_that_starts_like_a_binary_file(text: str) -> None:
    assert text_of(text.encode()).text == text


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_letters_are_no_binary_file(codec: str) -> None:
    text = "The bridge opens at seven in the morning."
    assert text_of(text.encode(codec)).text == text


@pytest.mark.parametrize(
    "content",
    [
        b"", b" \r\n\t ", "\u00a0\u2003\u3000".encode(), "\ufeff".encode(), "\ufeff\n".encode(), b"\xff\xfe", b"\xff\xfe\0\0",
        "\u200b\u200b".encode(), "\ufeff \u200b\u00a0\n".encode(), " \u200b \ufeff \u200b ".encode(), "", "\u00a0", "\ufeff\u200b", "\u2060\u200d",
        "\u200b \u200b",
    ],
)  # fmt: skip
def test_nothing_to_read_is_empty(content: bytes | str) -> None:
    assert reason(content)[0] == "empty"


def test_text_stays_text() -> None:
    doc = text_of("schon entziffert: ü")
    assert (doc.text, doc.charset, doc.n_chars_raw) == ("schon entziffert: ü", "utf-8", 19)


def test_joins_surrogate_pairs() -> None:
    assert text_of(json.loads(r'"a \ud83d\ude00 b"')).text == "a 😀 b"
    halves = "\ud83d" + "\ude00"
    doc = text_of(f"x{halves}y")
    assert (doc.text, dict(doc.metadata)) == ("x😀y", {})


@pytest.mark.parametrize(("text", "bytes_lost"), [("a\ud83db", 2), ("\ude00\ud83d", 4), ("\ufffd \udfff", 2)])
def test_halves_of_surrogate_pairs_become_replacement_characters(text: str, bytes_lost: int) -> None:
    doc = text_of(text)
    doc.text.encode()
    assert doc.metadata["undecodable_bytes"] == str(bytes_lost)


@pytest.mark.parametrize(
    ("content", "given", "found"),
    [
        ("<!DOCTYPE html><p>x", "text/plain", "text/html"),
        ("\n  <HTML lang=de>x", "text/plain", "text/html"),
        ('<?xml version="1.0"?>\n<!-- saved --><html>', "text/plain", "text/html"),
        ("In HTML a page starts with <html>.", "text/plain", "text/plain"),
        ("<b>bold</b> words alone make no page", "text/plain", "text/plain"),
        ("just words, 3 < 4 and 5 > 4", "text/html", "text/plain"),
        ("<p>markup", "text/html", "text/html"),
        ("</p> a closing tag is markup too", "text/html", "text/html"),
    ],
)
def test_sniffs_markup(content: str, given: str, found: str) -> None:
    assert text_of(content, media_type=given).media_type == found
    assert text_of(content, Decode(sniff=False), media_type=given).media_type == given


def test_the_fallback_must_be_a_charset() -> None:
    assert Decode.model_validate({"fallback": "cp1251"}).fallback == "windows-1251"
    with pytest.raises(ValidationError, match="'klingon' is not a charset"):
        Decode.model_validate({"fallback": "klingon"})


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300) | st.text(st.characters(codec=None), max_size=100))
def test_any_content_is_decoded_or_dropped_and_always_alike(content: bytes | str) -> None:
    result = decoded(content)
    assert result == decoded(content)
    if isinstance(result, Document):
        result.text.encode("utf-8")
        assert result.text.strip()
    else:
        assert result.reason.code in ("binary", "empty")


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=40))
def test_bytes_among_words_are_counted_exactly(junk: bytes) -> None:
    content = ("мост через реку " * 200).encode() + junk
    doc = text_of(content)
    if doc.charset == "utf-8":
        lost = int(doc.metadata.get("undecodable_bytes", 0))
        kept = len(doc.text.replace("\ufffd", "").encode())
        assert kept + lost + 3 * content.decode("utf-8", "ignore").count("\ufffd") == len(content)
