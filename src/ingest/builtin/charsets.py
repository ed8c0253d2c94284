"""Which charset bytes are in: signs in the bytes first, then what was declared, then a detector."""

from __future__ import annotations

import codecs
import re
import threading
from dataclasses import dataclass

import ftfy.bad_codecs
import webencodings

__all__ = ["Charset", "Decoded", "by_label", "choose", "declared_in", "decode", "marked_or_wide"]

# Registers ftfy's `sloppy-windows-125x` codecs: the WHATWG tables, in which, unlike in Python's, no byte is undefined.
ftfy.bad_codecs.ok()


@dataclass(frozen=True, slots=True)
class Charset:
    """A name for people, as in the WHATWG Encoding Standard where it has one, and Python's codec for it."""

    name: str
    codec: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was in, who said so, and how many bytes made no character."""

    text: str
    charset: Charset
    source: str
    """`bom`, `utf-8`, `declared`, `detected` or `fallback`."""
    lost: int


UTF_8 = Charset("utf-8", "utf-8")
# Longer marks first: the mark of UTF-32 LE starts with that of UTF-16 LE.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, Charset("utf-32le", "utf-32-le")),
    (codecs.BOM_UTF32_BE, Charset("utf-32be", "utf-32-be")),
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, Charset("utf-16le", "utf-16-le")),
    (codecs.BOM_UTF16_BE, Charset("utf-16be", "utf-16-be")),
)
# Charsets that a detector names and that a web name covers, byte for byte, in all printable characters. Others such
# as ISO-8859-2 and windows-1250 differ, so the detector's word stands.
_SUPERSETS = {
    "ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "windows-874",
    "tis-620": "windows-874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp949": "euc-kr",
    "cp932": "shift_jis",
    "big5hkscs": "big5",
}
_META = re.compile(rb"""<meta[^>]{0,1000}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
# How ISO 2022 and HZ change alphabets. Searched for one by one, which takes a tenth of the time of a pattern.
_ESCAPES = (b"\x1b$", b"\x1b(", b"~{")
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
# Runs of Greek, Cyrillic, Hebrew and Arabic letters, and those that touch a Latin one.
_FOREIGN = re.compile("[\u0370-\u06ff]+")
_MIXED = re.compile("[A-Za-z][\u0370-\u06ff]+|(?<![\u0370-\u06ffA-Za-z])[\u0370-\u06ff]+[A-Za-z]")
# Where a declaration can stand: the standard says 1,024 bytes, real pages have it far behind that.
DECLARATION_BYTES = 65_536
# How much of a document the detector reads.
DETECTION_BYTES = 200_000


def by_label(label: str) -> Charset | None:
    """Give the charset for a label as the WHATWG Encoding Standard maps it, or `None` for an unknown label."""
    encoding = webencodings.lookup(label.strip())
    if encoding is None or encoding.name in ("replacement", "x-user-defined"):
        return None
    return _web_charset(encoding.name)


def declared_in(content: bytes) -> str | None:
    """Give the label that the document itself declares, in its XML declaration or a `<meta>`."""
    head = content[:DECLARATION_BYTES]
    match = _XML.match(head) or _META.search(head)
    return match[1].decode("ascii") if match else None


def choose(content: bytes, declared: str | None, fallback: str) -> tuple[Charset, str]:
    """Choose the charset for the bytes and say what decided.

    Args:
        content: the bytes, without a byte order mark.
        declared: label that came with the document or stands in it.
        fallback: name for when nothing else says anything.
    """
    if (wide := _without_mark(content)) is not None:
        return wide, "detected"
    escapes = any(escape in content for escape in _ESCAPES)
    if not escapes and _is_utf8(content):
        return UTF_8, "utf-8"
    charset = by_label(declared) if declared else None
    # A page can't declare UTF-16 in ASCII letters and be in it: the standard reads such a page as UTF-8.
    if charset is not None and not charset.name.startswith("utf-"):
        return charset, "declared"
    if not escapes and _is_mostly_utf8(content):
        return UTF_8, "utf-8"
    detected = _detect(content)
    if detected is not None and not _mixes_alphabets(content, detected):
        return detected, "detected"
    return (UTF_8, "utf-8") if _is_utf8(content) else (_web_charset(fallback), "fallback")


def decode(content: bytes, declared: str | None, fallback: str = "windows-1252") -> Decoded:
    """Decode bytes. Those that make no character become U+FFFD and are counted."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text, lost = _decode(content[len(mark) :], charset)
            return Decoded(text, charset, "bom", lost)
    charset, source = choose(content, declared, fallback)
    text, lost = _decode(content, charset)
    return Decoded(text, charset, source, lost)


def marked_or_wide(content: bytes) -> bool:
    """Say whether zero bytes in this are letters of UTF-16 or UTF-32, not a sign of a binary file."""
    return content.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS)) or _without_mark(content) is not None


def _web_charset(name: str) -> Charset:
    encoding = webencodings.lookup(name)
    if encoding is None:
        return Charset(name, name)
    codec = encoding.codec_info.name
    if encoding.name.startswith("windows-125"):
        codec = f"sloppy-{encoding.name}"
    if encoding.name == "gbk":
        return Charset("gbk", "gb18030")
    return Charset(encoding.name, codec)


def _without_mark(content: bytes) -> Charset | None:
    """Tell UTF-16 and UTF-32 without a mark by where their zero bytes stand."""
    head = content[:4096]
    if head.count(0) * 4 < len(head) or len(head) < 4:
        return None
    zeros = [head[start::4].count(0) * 4 / len(head) for start in range(4)]
    match [share > 0.7 for share in zeros]:
        case [False, True, True, True]:
            return Charset("utf-32le", "utf-32-le")
        case [True, True, True, False]:
            return Charset("utf-32be", "utf-32-be")
        case [False, True, False, True]:
            return Charset("utf-16le", "utf-16-le")
        case [True, False, True, False]:
            return Charset("utf-16be", "utf-16-be")
    return None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(content: bytes) -> bool:
    """Say whether the bytes beyond ASCII are UTF-8 but for a few: a page with a broken character or two."""
    runs = b"".join(_HIGH.findall(content))
    whole = sum(map(len, _SEQUENCE.findall(runs)))
    return whole >= 20 and whole >= 0.95 * len(runs)


def _detect(content: bytes) -> Charset | None:
    import chardet

    answer = chardet.detect(content, max_bytes=DETECTION_BYTES, prefer_superset=False, compat_names=False)
    name = (answer["encoding"] or "").lower().replace("_", "-")
    if not name:
        return None
    if name.startswith("cp125"):
        name = f"windows-{name[2:]}"
    name = _SUPERSETS.get(name, name)
    if name.startswith("iso2022-jp"):
        return Charset("iso-2022-jp", name)
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return by_label(name)
    web = webencodings.lookup(name)
    if web is not None and web.name == name:
        return _web_charset(name)
    return Charset(name, codec.name)


def _mixes_alphabets(content: bytes, charset: Charset) -> bool:
    """Say whether the charset makes words of two alphabets, such as `Cafй`: a short text in another charset does."""
    text = content[:DETECTION_BYTES].decode(charset.codec, "replace")
    foreign = len(_FOREIGN.findall(text))
    return 2 * len(_MIXED.findall(text)) > foreign > 0


_count = threading.local()


def _decode(content: bytes, charset: Charset) -> tuple[str, int]:
    _count.lost = 0
    text = content.decode(charset.codec, "ingest-replace")
    return text, _count.lost


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _count.lost += error.end - error.start
    return "\ufffd", error.end


codecs.register_error("ingest-replace", _replace)
