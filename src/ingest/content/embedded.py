"""Texts that a page holds for its scripts: in JSON-LD and in the data of web frameworks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from ingest.content.blocks import read_blocks
from ingest.content.jsonld import objects, strings
from ingest.content.text import plain_text
from ingest.content.tree import parse

__all__ = ["body_text", "is_shell", "product_text"]

_LINKED = 'script[type*="ld+json"]'
_STATE = 'script[type="application/json"]'
# Under these names frameworks keep the text of a page.
_BODIES = frozenset(
    "articlebody body bodyhtml content contenthtml contents description html markdown post_content posttext rawbody "
    "rendered text cooked".split()
)
# A shorter string is a label or a teaser.
LEAST_BODY = 200
LEAST_DESCRIPTION = 40
# Most visible characters of a page that waits for a script to fill it.
MOST_SHELL = 400
_ROOTS = "#root, #app, #__next, #__nuxt, #___gatsby, app-root, #main-outlet, #react-root, [data-reactroot]"
_ASKS = re.compile(r"java ?script", re.IGNORECASE)
# A root with fewer characters waits for its script.
LEAST_ROOT = 20
_MARKUP = re.compile(r"<(?:p|br|div|ul|ol|li|h[1-6]|strong|b|em|a|span)\b", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
# Share of its words that a description may have in a text and still be new to it.
KNOWN = 0.6


def body_text(parser: LexborHTMLParser) -> str:
    """Give the text that a page holds for its scripts; empty if there is none.

    JSON-LD comes first: the body of an article or posting, else the description of what the page is about.
    Else it is the longest text in the state of a framework.
    """
    items = objects(_scripts(parser, _LINKED))
    for name in ("articleBody", "text", "reviewBody", "description"):
        bodies = [body for item in items for body in _strings(item.get(name)) if len(body) >= LEAST_BODY]
        if bodies:
            return "\n\n".join(dict.fromkeys(map(_plain, bodies)))
    found = [text for item in objects(_scripts(parser, _STATE)) for text in _bodies(item)]
    return _plain(max(found, key=len)) if found else ""


def product_text(parser: LexborHTMLParser, text: str) -> str:
    """Give the description of a product that stands in JSON-LD alone; empty if the text says the same already."""
    said = set(_WORDS.findall(text.casefold()))
    for item in objects([script for script in _scripts(parser, _LINKED) if "Product" in script]):
        if not any(kind in ("Product", "ProductGroup") for kind in strings(item.get("@type"))):
            continue
        for body in _strings(item.get("description")):
            plain = _plain(unquote(body) if "%20" in body else body)
            words = _WORDS.findall(plain.casefold())
            if len(plain) >= LEAST_DESCRIPTION and sum(word in said for word in words) < KNOWN * len(words):
                return plain
    return ""


def is_shell(parser: LexborHTMLParser, texts: Sequence[str]) -> bool:
    """Say whether a page that shows these texts is empty until a script has filled it.

    It shows hardly more than that it needs scripts, or it has the empty element that a framework fills.
    """
    shown = sum(map(len, texts))
    if shown > MOST_SHELL or not parser.css_matches("script"):
        return False
    asking = sum(len(text) for text in texts if _ASKS.search(text))
    if 2 * asking > shown or (shown < LEAST_ROOT and parser.css_matches("noscript")):
        return True
    return any(len(node.text(deep=True, strip=True)) < LEAST_ROOT for node in parser.css(_ROOTS)[:20])


def _scripts(parser: LexborHTMLParser, selector: str) -> list[str]:
    return [node.text(deep=True) for node in parser.css(selector)[:50]]


def _bodies(item: dict[str, Any]) -> Iterator[str]:
    for key, value in item.items():
        if isinstance(value, str) and len(value) >= LEAST_BODY and key.lower() in _BODIES and " " in value:
            yield value


def _strings(value: Any) -> Sequence[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _plain(body: str) -> str:
    """Give a string as text; markup in it, also escaped, becomes lines."""
    if "&lt;" in body:
        body = body.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    if _MARKUP.search(body) or "&" in body:
        root = parse(body).parser.body
        pieces = read_blocks(root) if root is not None else []
        return "\n\n".join(plain_text(blocks, range(len(blocks))) for blocks in pieces)
    lines = (" ".join(line.split()) for line in body.split("\n"))
    return "\n".join(lines).strip()
