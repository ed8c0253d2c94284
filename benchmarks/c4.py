"""The line rules of C4, to compare with.

Re-typed from C. Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
JMLR 21, section 2.2: a line stays if it ends in a terminal punctuation mark, has at least five words and says nothing of
Javascript or of policies; a page goes that has fewer than three sentences, a curly bracket, or the filler text of printers.
The list of bad words and the search for repeated sentences are left out.
"""

from __future__ import annotations

import re

__all__ = ["c4_lines", "c4_page"]

ENDS = (".", "!", "?", '"')
FEWEST_WORDS = 5
FEWEST_SENTENCES = 3
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
_SENTENCE = re.compile(r"[.!?](?=\s|$)")


def c4_lines(text: str) -> str:
    """Give the lines that stay."""
    return "\n".join(line for line in map(str.strip, text.split("\n")) if _keeps(line))


def c4_page(text: str) -> str:
    """Give the lines that stay, and nothing of a page that goes."""
    if "lorem ipsum" in text.lower() or "{" in text:
        return ""
    kept = c4_lines(text)
    return kept if len(_SENTENCE.findall(kept)) >= FEWEST_SENTENCES else ""


def _keeps(line: str) -> bool:
    if not line.endswith(ENDS) or line.endswith("...") or len(line.split()) < FEWEST_WORDS:
        return False
    folded = line.lower()
    return "javascript" not in folded and not any(phrase in folded for phrase in POLICIES)
