"""The text of a message, chosen among its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from ingest.builtin import charsets
from ingest.builtin.readers.mail.flowed import joined_lines

__all__ = ["Body", "find_body"]


# Messages that are forwarded again and again have ten.
DEEPEST = 50
PLAIN, HTML = "text/plain", "text/html"
# Charsets of mail that the web does not know, and so the step `decode` neither.
_MAIL_CHARSETS = {
    "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "iso-2022-kr": "iso2022_kr", "hz-gb-2312": "hz", "cp437": "cp437",
    "ibm437": "cp437", "cp850": "cp850", "ibm850": "cp850", "cp852": "cp852", "ibm852": "cp852", "cp858": "cp858",
}  # fmt: skip
_WIDE = ("utf-16", "utf-32", "ucs-2", "iso-10646")


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says."""

    content: bytes | str
    media_type: str
    charset: str | None
    """The label that the message gives its charset."""
    attachments: int
    """Parts that are not in the content and no other version of what is."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A part that is text, with the transfer encoding undone."""

    content: bytes
    media_type: str
    charset: str | None

    @property
    def decoded(self) -> str:
        codec = _MAIL_CHARSETS.get(self.charset or "")
        if codec is not None:
            return self.content.decode(codec, "replace")
        return charsets.decode(self.content, self.charset).text


@dataclass(frozen=True, slots=True)
class _Found:
    """The texts that a part shows one after the other, and how many other parts are in it."""

    texts: Sequence[_Text] = ()
    others: int = 0

    def has(self, media_type: str) -> bool:
        """Say whether this shows something, and text of that type first."""
        first = next((text for text in self.texts if text.content.strip()), None)
        return first is not None and first.media_type == media_type


def find_body(message: Message) -> Body:
    """Give the text of a message. Of several texts, those of the type of the first that is not blank are joined.

    Raises:
        ValueError: its parts stand too deep inside of each other.
    """
    found = _read(message, 0)
    media_type = HTML if found.has(HTML) else PLAIN
    texts = [text for text in found.texts if text.media_type == media_type]
    others = found.others + len(found.texts) - len(texts)
    return _joined(texts, media_type, others)


def _read(part: Message, depth: int) -> _Found:
    if depth > DEEPEST:
        raise ValueError(f"has parts in parts, more than {DEEPEST} deep")
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        return _several(kind, [_read(child, depth + 1) for child in part.get_payload() if isinstance(child, Message)])
    if kind.startswith("multipart/"):
        kind = PLAIN  # its boundary is nowhere, so that all of it is one text
    if kind not in (PLAIN, HTML) or (depth and _is_attached(part)):
        return _Found(others=1)
    return _Found([_text(part, kind)])


def _several(kind: str, children: Sequence[_Found]) -> _Found:
    """Give what a `multipart` shows of its parts."""
    others = sum(child.others for child in children)
    match kind:
        case "multipart/alternative":
            wanted = (PLAIN, HTML)
            shown = next((child for kind in wanted for child in children if child.has(kind)), _Found())
        case "multipart/related":
            shown = next(iter(children), _Found())
            others += sum(len(child.texts) for child in children[1:])
        case "multipart/signed":
            return next(iter(children), _Found())
        case _:
            return _Found([text for child in children for text in child.texts], others)
    return _Found(shown.texts, others)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or any(
        part.get_param(name, None, header) is not None
        for name, header in (("filename", "Content-Disposition"), ("name", "Content-Type"))
    )


def _text(part: Message, media_type: str) -> _Text:
    charset = part.get_content_charset()
    flowed, delete_space = _parameter(part, "format") == "flowed", _parameter(part, "delsp") == "yes"
    _simplify(part, media_type)
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    if flowed and media_type == PLAIN and not (charset or "").startswith(_WIDE):
        content = joined_lines(content, delete_space=delete_space)
    return _Text(content, media_type, charset)


def _simplify(part: Message, media_type: str) -> None:
    """Write the headers so that the standard library undoes the transfer encoding, whatever else they say."""
    if "Content-Type" in part:
        # It would look at the charset, and fails over some.
        part.replace_header("Content-Type", media_type)
    if encoding := str(part["Content-Transfer-Encoding"] or ""):
        # It knows none with a space behind it.
        part.replace_header("Content-Transfer-Encoding", encoding.strip())


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name)
    return value.lower() if isinstance(value, str) else ""


def _joined(texts: Sequence[_Text], media_type: str, others: int) -> Body:
    """Join texts as bytes where they have one charset that the steps know."""
    charset = texts[0].charset if texts else None
    alike = {text.charset for text in texts} <= {charset} and charset not in _MAIL_CHARSETS
    # The line end between them would be half a character in UTF-16.
    if alike and (len(texts) < 2 or not (charset or "").startswith(_WIDE)):
        return Body(b"\n".join(text.content for text in texts), media_type, charset, others)
    return Body("\n".join(text.decoded for text in texts), media_type, None, others)
