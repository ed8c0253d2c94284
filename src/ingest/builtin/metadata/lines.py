"""What readers see of a page, line by line."""

from __future__ import annotations

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

__all__ = ["visible_lines"]

# Longest visible text to look through.
LONGEST_TEXT = 1_000_000


def visible_lines(markup: str) -> list[str]:
    """Give the lines that readers see, white space squeezed; empty lines are left out."""
    tree = HTMLTree.parse(markup)
    text = extract_plain_text(tree, main_content=False, alt_texts=False, list_bullets=False)
    return [squeezed for line in text[:LONGEST_TEXT].split("\n") if (squeezed := " ".join(line.split()))]
