"""Markup to a tree: what is kept, what is capped, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.content import tree
from ingest.content.thinning import MORE_FOR_LEAVES, MOST_ATTRIBUTES, MOST_DEPTH, thin
from ingest.content.tree import parse

ARTICLE = "<p>The keeper opened the weir on Monday, a week before anybody expected it.</p>"
SENTENCE = "The keeper opened the weir on Monday, a week before anybody expected it."
COSTLY: dict[str, tuple[Callable[[int], str], int, tuple[str, ...]]] = {
    "nested divs": (lambda n: "<div>" * n, 10_000, ("depth",)),
    "nested divs, closed": (lambda n: "<div>" * n + "x" + "</div>" * n, 10_000, ("depth",)),
    "nested lists": (lambda n: "<ul><li>" * n, 6000, ("depth",)),
    "nested tables": (lambda n: "<table><tr><td>" * n, 6000, ("depth",)),
    "nested drawings": (lambda n: "<svg>" + "<g>" * n + "</x>" * n, 10_000, ("depth",)),
    "unclosed bold": (lambda n: "<b>" * n, 10_000, ("depth",)),
    "end tags that fit nothing": (lambda n: "<div>" * n + "</p>" * n, 6000, ("depth",)),
    "divs in bold": (lambda n: "<b>" * n + "<div>" * n + "</b>" * n, 3000, ("depth",)),
    "fonts, all different": (lambda n: "".join(f"<p><font size={i}>" for i in range(n)), 3000, ("formatting",)),
    "attributes": (lambda n: "<div " + " ".join(f"a{i}=1" for i in range(n)) + ">", 10_000, ("attributes",)),
    "attributes with brackets": (
        lambda n: "<div " + " ".join(f'a{i}=">"' for i in range(n)) + ">",
        10_000,
        ("attributes",),
    ),
    "attributes of many bodies": (lambda n: "".join(f"<body a{i}=1>" for i in range(n)), 30_000, ("attributes",)),
    "misnested links": (lambda n: "<a href=x><p>" * n, 10_000, ()),
    "brackets": (lambda n: "<" * n, 100_000, ()),
    "comments": (lambda n: "<!-- x -->" * n, 100_000, ()),
    "entities": (lambda n: "&amp;&#x41;&no" * n, 100_000, ()),
}


def depth_of(parser: LexborHTMLParser) -> int:
    deepest = depth = 0
    node: LexborNode | None = parser.root
    while node is not None:
        if node.first_child is not None:
            node, depth = node.first_child, depth + 1
            deepest = max(deepest, depth)
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None else None
    return deepest


def text_of(markup: str) -> str:
    body = parse(markup).parser.body
    return body.text() if body is not None else ""


def test_an_ordinary_page_is_parsed_as_it_is() -> None:
    page = f"<html><body class='a'><b>x</b><ul><li>1<li>2</ul>{ARTICLE}</body></html>"
    assert parse(page).caps == ()
    assert parse(page).parser.html == LexborHTMLParser(page).html


def test_a_page_is_parsed_once_for_steps_that_follow_each_other() -> None:
    page, other = f"<p>{SENTENCE} One.", f"<p>{SENTENCE} Two."
    first = parse(page)
    assert parse(page) is first
    assert parse(other).parser.body.text() == f"{SENTENCE} Two."
    assert parse(page) is not first


def test_the_tree_of_a_long_page_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "KEPT_CHARS", len(ARTICLE))
    page = ARTICLE + SENTENCE
    assert parse(page) is not parse(page)


def test_half_surrogates_become_replacement_characters() -> None:
    assert text_of("<p>a\ud800b") == "a\ufffdb"


def test_surrogate_pairs_are_joined() -> None:
    assert text_of("<p>a\ud83d\ude00b") == "a😀b"


def test_zero_bytes_split_no_word() -> None:
    assert "weir" in text_of("<p>we\0ir")


def test_what_is_beyond_the_size_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_CHARS", 10)
    parsed = parse("<p>a</p><p>b</p>")
    assert parsed.caps == ("size",)
    assert parsed.parser.body is not None
    assert parsed.parser.body.text() == "a"


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_costly_takes_linear_time_and_keeps_the_article(name: str) -> None:
    make, n, caps = COSTLY[name]
    costs = []
    for times in (1, 4):
        markup = make(n * times) + ARTICLE
        started = time.process_time()
        parsed = parse(markup)
        costs.append(time.process_time() - started)
        assert parsed.caps == caps
        assert SENTENCE in text_of(markup)
    # A fiftieth of a second is lost in the noise.
    assert costs[1] < 12 * max(costs[0], 0.02)


@pytest.mark.parametrize(
    ("attribute", "value"), [("class='{}'", "a <b> c"), ('data-state="{}"', "{'a': <b>} "), ("src={}", "data:a/b+c=")]
)
def test_one_long_attribute_stays(attribute: str, value: str) -> None:
    value *= 100_000
    parsed = parse(f"<img {attribute.format(value)}>{ARTICLE}")
    assert parsed.caps == ()
    image = parsed.parser.css_first("img")
    assert image is not None
    assert [*image.attributes.values()] == [value]


def test_attributes_up_to_the_cap_stay() -> None:
    names = " ".join(f"data-number-{i}=1" for i in range(MOST_ATTRIBUTES + 10))
    parsed = parse(f"<div {names}>{ARTICLE}")
    assert parsed.caps == ("attributes",)
    assert parsed.parser.css_first("div") is not None
    assert len(parsed.parser.css_first("div").attributes) == MOST_ATTRIBUTES


def test_text_below_too_deep_a_tree_keeps_its_lines() -> None:
    parsed = parse("<div>" * 5000 + "<p>one<p>two<div>three</div>")
    assert [node.text().split() for node in parsed.parser.css("p")] == [["one"], ["two", "three"]]


def test_a_page_of_many_elements_that_are_not_deep_stays_as_it_is() -> None:
    rows = "<tr><td>a<td><a href=x>b</a><br><img src=y><ul><li>c<li>d<p>e<p>f<dl><dt>g<dd>h</dl></ul>" * 5000
    page = f"<table>{rows}</table><form><p>{'<option>z' * 5000}"
    assert thin(page).markup == page
    assert parse(page).caps == ()


TAGS = (
    "div p b i a font span table tr td caption tbody ul li dl dd dt select option button h1 form nobr svg g math mi "
    "foreignobject title style object marquee ruby rt pre section body noscript textarea x-y br hr code"
).split()
PIECES = st.lists(
    st.one_of(
        st.builds("<{}>".format, st.sampled_from(TAGS)),
        st.builds("</{}>".format, st.sampled_from(TAGS)),
        st.builds("<{}/>".format, st.sampled_from(TAGS)),
        st.builds("<{} id={{}}>".format, st.sampled_from(TAGS)),
        st.just("x"),
    ),
    min_size=1,
    max_size=5,
)


@given(PIECES, PIECES)
def test_no_pattern_of_tags_makes_a_deep_or_large_tree(first: list[str], pieces: list[str]) -> None:
    unit = "".join(pieces)
    markup = "".join(first) + "".join(unit.replace("{}", str(i)) for i in range(4000))
    parsed = LexborHTMLParser(thin(markup).markup)
    # Formatting elements that are left open stand in each other, three of a kind.
    assert depth_of(parsed) < 2 * (MOST_DEPTH + MORE_FOR_LEAVES)
    assert sum(1 for _ in parsed.root.traverse(include_text=True)) < 300_000 if parsed.root else True


@given(st.text(alphabet=st.sampled_from("<>/=\"' abdivp!-&;\0\ud800é"), max_size=300))
def test_anything_is_parsed_and_thin_changes_nothing_that_is_small(markup: str) -> None:
    assert parse(markup).caps == ()
    assert thin(markup).markup == markup
