"""Random pages through the steps that read markup: no error, no chance in the result, no word from nowhere."""

from __future__ import annotations

import html
import re

from hypothesis import example, given
from hypothesis import strategies as st
from pieces import BYTES, MARKUP, OPTIONS

from ingest.builtin.decode import Decode
from ingest.builtin.extract import Extract
from ingest.builtin.metadata import Metadata
from ingest.document import Document, Dropped

STEPS = st.sampled_from(OPTIONS).map(Extract.model_validate)
WORD = re.compile(r"\w+")


def read(content: bytes, extract: Extract) -> Document | Dropped:
    result: Document | Dropped = Document("1", content=content, media_type="text/html", url="https://weir.example/x")
    for step in (Decode(), extract, Metadata()):
        if isinstance(result, Document):
            result = step.apply(result)
    return result


def words_in(markup: str) -> set[str]:
    """Give every word of a page: of its source, of its source unescaped, and of what its JSON says."""
    unescaped = html.unescape(markup)
    decoded = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), unescaped)
    return {word for text in (markup, unescaped, decoded) for word in WORD.findall(text)}


@given(BYTES, STEPS)
@example(b"", Extract())
def test_the_same_bytes_give_the_same_result(content: bytes, extract: Extract) -> None:
    result = read(content, extract)
    assert result == read(content, extract)
    if isinstance(result, Document):
        result.text.encode()
    if isinstance(result, Dropped):
        assert result.reason.code in {"empty", "binary", "no_content", "script_shell"}


@given(MARKUP)
def test_every_word_of_the_text_stands_on_the_page(markup: str) -> None:
    result = Extract().apply(Document("1", text=markup, media_type="text/html"))
    if isinstance(result, Document):
        # Words that no gap parts on the page are one word.
        found = sorted(words_in(markup), key=len, reverse=True)
        joined = re.compile(f"(?:{'|'.join(map(re.escape, found))})+")
        assert [word for word in WORD.findall(result.text) if not joined.fullmatch(word)] == []
