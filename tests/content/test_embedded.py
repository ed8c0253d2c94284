"""Texts that a page holds for its scripts."""

from __future__ import annotations

import json

import pytest

from ingest.content.embedded import LEAST_BODY, body_text, is_shell, product_text
from ingest.content.tree import parse

BODY = "The keeper opened the weir on Monday, a week before anybody had expected him to do so. " * 4


def page(data: object, kind: str = "application/ld+json", body: str = '<div id="root"></div>') -> str:
    return f'<html><head><script type="{kind}">{json.dumps(data)}</script></head><body>{body}</body></html>'


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "NewsArticle", "articleBody": BODY},
        {"@graph": [{"@type": "WebPage"}, {"@type": "Article", "articleBody": BODY}]},
        {"@type": "DiscussionForumPosting", "text": BODY},
        {"@type": "Product", "description": BODY},
    ],
)
def test_json_ld_holds_the_text(data: object) -> None:
    assert body_text(parse(page(data)).parser).strip() == BODY.strip()


def test_the_state_of_a_framework_holds_the_text_as_markup() -> None:
    state = {"props": {"post": {"slug": "weir", "html": f"<p>{BODY}</p><p>Two herons watched.</p>"}}}
    assert body_text(parse(page(state, "application/json")).parser) == f"{BODY.strip()}\n\nTwo herons watched."


def test_labels_and_addresses_are_no_text() -> None:
    state = {"text": "Sign in", "content": "https://weir.example/" + "a" * LEAST_BODY, "tracking": BODY}
    assert body_text(parse(page(state, "application/json")).parser) == ""


def test_a_product_gets_the_description_that_it_does_not_show() -> None:
    data = {"@type": "Product", "name": "Lamp", "description": "A lamp of spun steel with a switch in its cord."}
    assert product_text(parse(page(data)).parser, "Lamp, 79 euros") == data["description"]
    assert product_text(parse(page(data)).parser, f"Lamp. {data['description']} In stock.") == ""
    assert product_text(parse(page({**data, "@type": "Article"})).parser, "Lamp") == ""


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    markup = page({}).replace("{}", '{"@type": "Article", "articleBody": "\\ud83d\\ude00 \\ud83d ' + BODY + '"}')
    assert body_text(parse(markup).parser) == f"\U0001f600 \ufffd {BODY}".strip()


@pytest.mark.parametrize(
    ("markup", "shell"),
    [
        ('<div id="root"></div><script src="app.js"></script>', True),
        ("<script>x</script><p>You need to enable JavaScript to run this app.</p>", True),
        ("<script>x</script><noscript>Please use another browser</noscript>", True),
        ('<div id="root"></div>', False),
        (f"<script>x</script><div id='root'><p>{BODY * 3}</p></div>", False),
        ("<script>x</script><p>A short note on a page that counts its visits.</p>", False),
        ("<script>x</script><p>My browser crashed on the page of the lock. Has anybody seen that?</p>", False),
        ("<script>x</script><div id='app'><p>A boat of oak, with two oars, for whoever wants it.</p></div>", False),
    ],
)
def test_a_page_that_waits_for_a_script_is_a_shell(markup: str, shell: bool) -> None:
    tree = parse(f"<html><body>{markup}</body></html>").parser
    shown = [node.text() for node in tree.css("p")]
    assert is_shell(tree, shown) is shell
