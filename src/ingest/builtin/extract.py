"""HTML to text, the main content only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree, NodeType

from ingest.document import Document, Dropped, Reason
from ingest.step import Step

__all__ = ["Extract"]

HTML = "text/html"
# Of the text with comments, the share that must be left without them. Below it the comments are the content, as in a
# forum, whose posts are marked up the same way.
LEAST_WITHOUT_COMMENTS = 0.5
# Resiliparse takes every list this close to `<body>` for a menu.
SHALLOW = 3
# How far down in a list its links may stand.
LINK_DEPTH = 5
# Share of a list's text in links, from which on it is one.
MENU_LINKS = 0.5


class Extract(Step):
    """Turn HTML into text: the main content, without menus, sidebars and footers.

    Plain text passes unchanged. The decoded page stays in `Document.markup` for the steps behind. Where no main
    content can be told, all visible text is kept, and `extraction` in the metadata says `all_text`.
    """

    name = "extract"

    main_content: bool = True
    """Leave out what is not the content. Off, all visible text is kept."""
    comments: Literal["auto", "keep", "drop"] = "auto"
    """What to do with readers' comments; `auto` drops them unless they are most of the page, as in a forum."""
    bullets: bool = False
    """Put a bullet or the number in front of list items."""
    alt_texts: bool = False
    """Put in the descriptions of images."""

    def apply(self, doc: Document) -> Document | Dropped:
        if doc.media_type != HTML:
            return doc
        tree = HTMLTree.parse(doc.text)
        _sink_lists(tree)
        text = self._main_text(tree) if self.main_content else ""
        if not text:
            text = self._text(tree, main_content=False)
            if self.main_content:
                doc = doc.with_metadata(extraction="all_text")
        if not text:
            return Dropped(doc, Reason("no_content", f"{len(doc.text)} characters of markup"))
        return doc.replace(text=text, markup=doc.text)

    def _main_text(self, tree: HTMLTree) -> str:
        if self.comments == "keep":
            return self._text(tree, comments=True)
        without = self._text(tree, comments=False)
        if self.comments == "drop":
            return without
        everything = self._text(tree, comments=True)
        return without if len(without) >= LEAST_WITHOUT_COMMENTS * len(everything) else everything

    def _text(self, tree: HTMLTree, *, main_content: bool = True, comments: bool = True) -> str:
        text: str = extract_plain_text(
            tree,
            preserve_formatting=True,
            main_content=main_content,
            list_bullets=self.bullets,
            alt_texts=self.alt_texts,
            comments=comments,
            post_meta=False,
        )
        return text.strip("\n") if text.strip() else ""


def _sink_lists(tree: HTMLTree) -> None:
    """Put lists of a simple page that are not made of links further down, where resiliparse looks at what they hold."""
    # Walked by hand: going through a collection of resiliparse takes quadratic time.
    level: list[Any] = [tree.body] if tree.body is not None else []
    lists: list[Any] = []
    for _ in range(SHALLOW):
        level = [child for node in level for child in _elements(node)]
        lists += [node for node in level if node.tag == "ul" and _link_share(node) < MENU_LINKS]
    for node in lists:
        for _ in range(SHALLOW):
            wrapper: Any = tree.create_element("div")
            node.parent.insert_before(wrapper, node)
            wrapper.append_child(node)


def _elements(node: Any) -> Iterator[Any]:
    child = node.first_child
    while child is not None:
        if child.type == NodeType.ELEMENT and child.tag not in ("nav", "header", "footer", "aside"):
            yield child
        child = child.next


def _link_share(node: Any) -> float:
    """Give the share of a list's text that links make up."""
    linked = 0
    level = [node]
    for _ in range(LINK_DEPTH):
        level = [child for parent in level for child in _elements(parent)]
        linked += sum(len(child.text.strip()) for child in level if child.tag == "a")
        level = [child for child in level if child.tag != "a"]
    return linked / max(1, len(" ".join(node.text.split())))
