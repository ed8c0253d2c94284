"""Pages that break extractors, made to any size; each is bytes as they come from the network or a disk."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ARTICLE", "PAGES", "SENTENCE", "Nasty", "page"]

SENTENCE = "Two herons watched from the railing and left when the band began to play its march."
PARAGRAPHS = (
    "The keeper opened the weir on Monday, a week before anybody expected it, because the river had risen by a metre.",
    SENTENCE,
    "By the evening the meadows below the mill stood under water, and the ferry had stopped for the first time in years.",
)
ARTICLE = f"<article><h1>The weir opens</h1>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</article>"
HEAD = "<!DOCTYPE html><html><head><meta charset=utf-8><title>The weir opens</title></head><body>"


@dataclass(frozen=True)
class Nasty:
    """How to make a page of a size; if it has no article, `verdicts` says why it may go, or what it may pass as."""

    make: Callable[[int], bytes]
    size: int
    verdicts: tuple[str, ...] = ()


def page(before: str = "", after: str = "", article: str = ARTICLE) -> bytes:
    """Give a page with the article, and what is nasty before and behind it."""
    return f"{HEAD}{before}{article}{after}</body></html>".encode("utf-8", "surrogatepass")


def before(piece: str) -> Callable[[int], bytes]:
    """Make pages with a piece so many times before the article; `{i}` in it is the number."""
    if "{i}" in piece:
        return lambda n: page("".join(piece.replace("{i}", str(i)) for i in range(n)))
    return lambda n: page(piece * n)


def behind(piece: str) -> Callable[[int], bytes]:
    """Make pages with a piece so many times behind the article."""
    return lambda n: page("", piece * n)


def around(opening: str, closing: str) -> Callable[[int], bytes]:
    """Make pages with the article in so many elements."""
    return lambda n: page(opening * n, closing * n)


def attributes(n: int) -> bytes:
    """Give a page with so many attributes on one tag."""
    return page("<div " + " ".join(f"a{i}=1" for i in range(n)) + ">", "</div>")


def png(n: int) -> bytes:
    """Give an image with so many rows."""
    rows = zlib.compress(b"".join(b"\0" + i.to_bytes(4, "big") * 25 for i in range(n)))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 100, n, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def json_ld(content: str) -> str:
    return f'<script type="application/ld+json">{content}</script>'


EMPTY = ("empty",)
NO_TEXT = ("empty", "no_content")
NO_TAGS = ("text/plain",)
PAGES: dict[str, Nasty] = {
    "empty": Nasty(lambda _: b"", 1, EMPTY),
    "one byte": Nasty(lambda _: b"<", 1, NO_TAGS),
    "nothing but zero bytes": Nasty(lambda n: b"\0" * n, 1000, ("binary", "empty")),
    "nothing but white space": Nasty(lambda n: b" \n" * n, 100_000, EMPTY),
    "nothing but brackets": Nasty(lambda n: b"<" * n, 100_000, NO_TAGS),
    "tags without text": Nasty(lambda n: b"<p></p>" * n, 20_000, NO_TEXT),
    "an image": Nasty(png, 1000, ("binary",)),
    "gzip": Nasty(lambda _: gzip.compress(page(), mtime=0), 1, ("binary",)),
    "frameset": Nasty(lambda n: b"<html><frameset><frame src=x>" + b"<frameset>" * n, 1000, NO_TEXT),
    "the article for who has no frames": Nasty(
        lambda n: f"<frameset>{'<frame src=x>' * n}<noframes>{ARTICLE}</noframes></frameset>".encode(),
        1000,
        ("no_content", "text/html"),
    ),
    "the article in an unclosed comment": Nasty(before("<!-- x"), 100_000, ("no_content",)),
    "the article in an unclosed script": Nasty(before("<script>x"), 50_000, ("no_content",)),
    "zero bytes in the text": Nasty(lambda n: page("<p>a\0b\0</p>" * n, article=ARTICLE.replace("</p>", "\0</p>")), 10),
    "invalid UTF-8": Nasty(lambda n: page("<p>a\udcffb</p>" * n), 10),
    "invalid bytes": Nasty(lambda n: page().replace(b"<article>", b"<p>\xff\xfe\xc3</p>" * n + b"<article>"), 10),
    "UTF-16 without a mark": Nasty(lambda n: page("<p>a</p>" * n).decode().encode("utf-16-le"), 1),
    "UTF-16, big-endian, without a mark": Nasty(lambda n: page("<p>a</p>" * n).decode().encode("utf-16-be"), 1),
    "half surrogates as references": Nasty(before("<p>&#xD800;&#xDFFF;</p>"), 1000),
    "nested elements, 5,000": Nasty(before("<div>"), 5000),
    "nested elements, 200,000": Nasty(before("<div>"), 200_000),
    "nested elements, closed": Nasty(around("<div>", "</div>"), 100_000),
    "nested spans": Nasty(around("<span>", "</span>"), 50_000),
    "nested tables": Nasty(before("<table><tr><td>"), 3000),
    "nested tables, closed": Nasty(around("<table><tr><td>", "</td></tr></table>"), 3000),
    "nested lists": Nasty(before("<ul><li>"), 20_000),
    "nested quotes": Nasty(before("<blockquote>"), 20_000),
    "nested drawings": Nasty(around("<svg><g>", "</g></svg>"), 20_000),
    "nested formulas": Nasty(around("<math><mi>", "</mi></math>"), 20_000),
    "unclosed bold": Nasty(before("<b>"), 50_000),
    "unclosed bold behind": Nasty(behind("<b>"), 50_000),
    "unclosed fonts, all different": Nasty(before("<p><font size={i}>"), 3000),
    "unclosed lists behind": Nasty(behind("<ul><li>"), 20_000),
    "misnested links": Nasty(behind("<a href=x><p>"), 20_000),
    "misnested bold": Nasty(behind("<b><p></b>"), 20_000),
    "text strewn over a table": Nasty(behind("<table><b>x<tr>"), 5000),
    "end tags that fit nothing": Nasty(behind("</p></div></x>"), 50_000),
    "templates": Nasty(behind("<template>"), 20_000),
    "selects": Nasty(before("<select><option>x</option></select>"), 20_000),
    "forms": Nasty(before("<form>"), 20_000),
    "attributes, 100,000": Nasty(attributes, 100_000),
    "attributes, a million": Nasty(attributes, 1_000_000),
    "attributes with brackets": Nasty(
        lambda n: page("<div " + " ".join(f'a{i}=">"' for i in range(n)) + ">", "</div>"), 100_000
    ),
    "many bodies": Nasty(before("<body a{i}=1>"), 20_000),
    "a long class": Nasty(lambda n: page(f'<div class="{"menu " * n}">', "</div>"), 1_000_000),
    "an image in its address": Nasty(lambda n: page(f"<img src='data:image/png;base64,{'iVBOR/' * n}'>"), 800_000),
    "paragraphs": Nasty(before("<p>a few words</p>"), 50_000),
    "a long line": Nasty(lambda n: page(article=f"{ARTICLE}<p>{'word ' * n}</p>"), 1_000_000),
    "a long word": Nasty(lambda n: page(article=f"{ARTICLE}<p>{'w' * n}</p>"), 1_250_000),
    "a long script": Nasty(lambda n: page(f"<script>{'x = a < b;' * n}</script>"), 1_000_000),
    "a long style": Nasty(lambda n: page(f"<style>{'a > b { c: d }' * n}</style>"), 100_000),
    "an unclosed comment behind": Nasty(behind("<!-- x"), 100_000),
    "comments": Nasty(before("<!-- <p>x</p> -->"), 50_000),
    "comments of all ends": Nasty(before("<!--><!--->x<!-- --!><!-->"), 20_000),
    "an unclosed script behind": Nasty(behind("<script>x"), 50_000),
    "plain text": Nasty(lambda n: page("<p>x</p>", "<plaintext>" + "<p>x" * n), 20_000),
    "sections of XML": Nasty(before("<![CDATA[x]]>"), 50_000),
    "a list of links": Nasty(lambda n: page(f"<ul>{'<li><a href=/x>a link</a></li>' * n}</ul>"), 100_000),
    "links to mail": Nasty(before("<a href='mailto:a@b.example'>x</a>"), 20_000),
    "entities": Nasty(before("&amp;&lt;&#65;"), 100_000),
    "entities that are none": Nasty(before("&nothing&#x110000;&#0;"), 100_000),
    "entities in an attribute": Nasty(lambda n: page(f"<p title='{'&quot;' * n}'>x</p>"), 200_000),
    "declared entities": Nasty(
        lambda n: b'<!DOCTYPE html [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + page("<p>&c;</p>" * n), 10_000
    ),
    "names of elements, all different": Nasty(before("<x{i}>x</x{i}>"), 20_000),
    "JSON nested": Nasty(lambda n: page(json_ld("[" * n + "]" * n)), 25_000),
    "JSON nested in objects": Nasty(lambda n: page(json_ld('{"@graph":' * n + "1" + "}" * n)), 25_000),
    "JSON of many authors": Nasty(
        lambda n: page(json_ld('{"@type":"NewsArticle","author":[' + '{"name":"Dana Whitlock"},' * n + "1]}")), 20_000
    ),
    "meta tags": Nasty(before('<meta name="author" content="Dana Whitlock">'), 20_000),
    "headings": Nasty(behind("<h1>The weir opens</h1>"), 20_000),
    "bylines": Nasty(before('<span class="byline author">By Dana Whitlock</span>'), 10_000),
    "nested bylines": Nasty(around('<div class="author">', "</div>"), 2000),
    "dates": Nasty(before("<time class=date datetime=2024-03-18>18 March 2024</time>"), 10_000),
    "broken tags": Nasty(behind("<p <a <b ='\"> "), 20_000),
    "an unclosed quote behind": Nasty(lambda n: page("", "<a href='" + "<p>x</p>" * n), 20_000),
    "white space": Nasty(before("\u00a0\u200b \n\t"), 100_000),
    "lines": Nasty(before("a<br>"), 50_000),
    "right to left": Nasty(before("<p>\u202e\u2067weir\u202c</p>"), 10_000),
    "combining marks": Nasty(lambda n: page(f"<p>e{chr(0x301) * n}</p>"), 200_000),
}
