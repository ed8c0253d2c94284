"""The tokens of elements and texts."""

from __future__ import annotations

from ingest.content import tokens
from ingest.content.tokens import element_tokens, text_tokens


def test_an_element_has_the_tokens_of_its_names_and_their_parts() -> None:
    found = element_tokens(
        "div", {"class": "post-12 entryContent", "id": "main", "role": "Main", "style": "display:none"}
    )
    assert found == ("<div>", "post", ".entrycontent", "entry", "content", "main", "role=main", "@hidden")


def test_numbers_in_names_do_not_count() -> None:
    assert element_tokens("li", {"id": "comment-17"}) == element_tokens("li", {"id": "comment-4"})


def test_what_is_remembered_of_long_names_is_short() -> None:
    tokens._tokens.cache_clear()
    for index in range(50):
        element_tokens("p", {"class": f"{index} " * 50_000, "id": f"x{index}" * 50_000, "rel": f"y{index}" * 50_000})
    longest = tokens.LONGEST_NAMES
    assert all(len(name) <= longest for name in element_tokens("p", {"class": "z" * 100_000, "id": "w" * 100_000}))
    assert tokens._tokens.cache_info().currsize == 51


def test_a_text_is_told_by_the_words_that_it_begins_with() -> None:
    assert text_tokens("By Dana  Whitlock") == ("by", "dana", "whitlock")
    assert len(text_tokens("word " * 1000)) == tokens.MOST_WORDS
