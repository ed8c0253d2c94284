"""Bytes to text, with the charset on record."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from ingest.builtin import charsets
from ingest.document import Document, Dropped, Reason
from ingest.step import Step
from ingest.surrogates import joined

__all__ = ["Decode"]

# How files start that are no text, whatever their suffix says.
_SIGNATURES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"%PDF-": "pdf",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\x7fELF": "elf",
    b"RIFF": "riff",
    b"OggS": "ogg",
    b"ID3": "mp3",
    b"wOFF": "woff",
    b"wOF2": "woff",
    b"\xd0\xcf\x11\xe0": "ole",
    b"PAR1": "parquet",
    b"SQLite format 3\x00": "sqlite",
    b"\x00\x00\x01\x00": "ico",
}
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_HTML = re.compile(
    # Atomic and possessive: otherwise a text of many comments would be tried in every grouping.
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?>.{0,2000}?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!--|!doctype)")
# Anything but white space, controls and characters that take up no room.
_VISIBLE = re.compile("[^\\s\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _known_charset(label: str) -> str:
    charset = charsets.by_label(label)
    if charset is None:
        raise ValueError(f"{label!r} is not a charset of the WHATWG Encoding Standard, such as 'windows-1251'")
    return charset.name


class Decode(Step):
    """Decode bytes to text; drop what is no text at all.

    In this order decide: a byte order mark, strict UTF-8, the label that came with the document (an HTTP header), its
    XML declaration or `<meta>`, UTF-8 with a few broken bytes, a detector, the fallback. The choice goes into
    `charset`, and the number of bytes that made no character into `metadata` as `undecodable_bytes`.
    """

    name = "decode"

    fallback: Annotated[str, AfterValidator(_known_charset)] = "windows-1252"
    """Charset for when nothing tells."""
    sniff: bool = True
    """Correct the media type by the content: markup in a `.txt` is HTML, an `.html` without one tag is text."""

    def apply(self, doc: Document) -> Document | Dropped:
        if isinstance(doc.content, str):
            text = joined(doc.content)
            # Each lone half took up two bytes; a U+FFFD of the input was none.
            lost = 0 if text is doc.content else 2 * (text.count("\ufffd") - doc.content.count("\ufffd"))
            return self._settle(doc, text, charsets.UTF_8.name, lost)
        if (kind := _binary(doc.content)) is not None:
            return Dropped(doc, Reason("binary", kind))
        declared = doc.declared_charset
        if declared is None or charsets.by_label(declared) is None:
            declared = charsets.declared_in(doc.content)
        decoded = charsets.decode(doc.content, declared, self.fallback)
        return self._settle(doc, decoded.text, decoded.charset.name, decoded.lost)

    def _settle(self, doc: Document, text: str, charset: str, lost: int) -> Document | Dropped:
        if _VISIBLE.search(text) is None:
            return Dropped(doc.replace(text=text), Reason("empty", f"{len(doc.content)} bytes"))
        metadata = {**doc.metadata, "undecodable_bytes": str(lost)} if lost else doc.metadata
        media_type = _media_type(doc.media_type, text) if self.sniff else doc.media_type
        return doc.replace(text=text, charset=charset, media_type=media_type, n_chars_raw=len(text), metadata=metadata)


def _binary(content: bytes) -> str | None:
    """Name the kind of binary file, or `None` for what may be text."""
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature) and _looks_binary(content, kind):
            return kind
    head = content[:8192]
    if not head or charsets.marked_or_wide(head):
        return None
    return "unknown" if len(_CONTROL.findall(head)) > 0.05 * len(head) else None


def _looks_binary(content: bytes, kind: str) -> bool:
    """Guard the signatures that are also words: a text may start with `RIFF` or `ID3`."""
    return kind == "pdf" or _CONTROL.search(content[:1024]) is not None


def _media_type(declared: str, text: str) -> str:
    """Correct the media type by what the text looks like."""
    if declared == "text/plain" and _HTML.match(text, 0, 10_000):
        return "text/html"
    if declared == "text/html" and _TAG.search(text) is None:
        return "text/plain"
    return declared
