"""What a page says of itself in JSON-LD."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["article", "objects", "strings"]

# Largest script to parse and most objects to look at: a page can hold anything.
LONGEST = 5_000_000
MOST_OBJECTS = 2000
# How deep a name may be nested: a list of objects whose names are lists.
DEEPEST = 6
_OPENING = re.compile(r"\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/|<!\[CDATA\[)", re.DOTALL)
_CLOSING = re.compile(r"(?:-->|//[ \t]*\]\]>|\]\]>)$")
# Half of an escaped pair: no text can hold it.
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
# What describes the document itself, the nearest first; other objects are crumbs, logos and search boxes.
_KINDS = (
    re.compile(r"(?:.*Article|BlogPosting|Report|DiscussionForumPosting|LiveBlogPosting|Review)"),
    re.compile(
        r"(?:Product|ProductGroup|Recipe|HowTo|Course|Event|JobPosting|Book|QAPage|Question|VideoObject|TechArticle)"
    ),
    re.compile(r"(?:.*Page)"),
)


def objects(scripts: Sequence[str]) -> list[dict[str, Any]]:
    """Give all objects of the scripts, nested ones behind those that hold them. What is no JSON is passed over."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        stack = [_parse(script)]
        while stack and len(found) < MOST_OBJECTS:
            value = stack.pop()
            if isinstance(value, dict):
                found.append(value)
                stack += [item for item in reversed(list(value.values())) if isinstance(item, (dict, list))]
            elif isinstance(value, list):
                stack += [item for item in reversed(value) if isinstance(item, (dict, list))]
    return found


def article(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give the object that describes the document; an empty one if there is none."""
    for kind in _KINDS:
        for item in found:
            if any(kind.fullmatch(name) for name in strings(item.get("@type"))):
                return item
    return {}


def strings(value: Any, depth: int = 0) -> Iterator[str]:
    """Give the strings that a value holds: itself, those of a list, or the name of an object."""
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        if value.strip():
            # Many pages escape their JSON as if it were HTML.
            yield " ".join((html.unescape(value) if "&" in value else value).split())
    elif isinstance(value, list):
        for item in value[:50]:
            if not isinstance(item, list):
                yield from strings(item, depth + 1)
    elif isinstance(value, dict):
        for key in ("name", "@value", "value"):
            if isinstance(value.get(key), (str, list)):
                yield from strings(value[key], depth + 1)
                return


def _without_comments(script: str) -> str:
    """Take the marks off that hide a script from old browsers, at both ends, up to two of them."""
    for _ in range(2):
        if opening := _OPENING.match(script):
            script = script[opening.end() :]
        script = _CLOSING.sub("", script.rstrip("; \t\r\n"))
    return script


def _parse(script: str) -> Any:
    if len(script) > LONGEST:
        return None
    script = _HALF.sub(r"\\ufffd", script) if "\\u" in script else script
    try:
        return json.loads(script, strict=False)
    except RecursionError:
        return None
    except ValueError:
        pass
    mended = _TRAILING_COMMA.sub(r"\1", _without_comments(script))
    try:
        return json.loads(mended, strict=False)
    except (ValueError, RecursionError):
        return None
