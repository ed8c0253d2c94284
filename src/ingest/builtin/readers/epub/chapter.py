"""The text of a chapter."""

from __future__ import annotations

import re
from html import escape

from ingest.builtin import charsets
from ingest.content.extraction import Extraction, Style, extract

__all__ = ["read_chapter"]

_ALL = Style(main_content=False)
# Where declarations of entities may stand, which in HTML would be text.
LONGEST_HEAD = 20_000
_DECLARATIONS = re.compile(r"<!DOCTYPE[^>\[]{0,1000}\[.*?\]\s{0,100}>", re.IGNORECASE | re.DOTALL)
# In HTML, `<title/>` and the like would begin an element that takes in the rest of the chapter.
_EMPTY = re.compile(r"""<([a-zA-Z][^\s<>"'/]{0,100}+)((?:[^<>"'/]|"[^"<]{0,5000}"|'[^'<]{0,5000}'|/(?!>))*+)/>""")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def read_chapter(content: bytes) -> Extraction:
    """Give all text of a chapter, paragraphs and headings with blank lines between them."""
    markup = charsets.decode(content, charsets.declared_in(content)).text
    return extract(_as_html(markup), _ALL)


def _as_html(markup: str) -> str:
    """Write XHTML as HTML: parsers of that are lenient, and know all entities without declarations."""
    declarations = _DECLARATIONS.search(markup, 0, LONGEST_HEAD)
    if declarations is not None:
        markup = markup[: declarations.start()] + markup[declarations.end() :]
    return _EMPTY.sub(_opened, _unmarked(markup))


def _unmarked(markup: str) -> str:
    """Give the text of sections of character data, `<![CDATA[...]]>`, as other text."""
    first, *others = markup.split("<![CDATA[")
    pieces = [first]
    for other in others:
        text, _, rest = other.partition("]]>")
        pieces += (escape(text, quote=False), rest)
    return "".join(pieces)


def _opened(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>"
