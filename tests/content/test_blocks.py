"""How a page is cut into blocks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.content.blocks import DEEPEST, LONG_CELL, MOST_BLOCKS, Blocks, read_blocks
from ingest.content.tree import parse


def blocks_of(markup: str) -> Blocks:
    root = parse(markup).parser.body
    assert root is not None
    pieces = read_blocks(root)
    return pieces[0] if pieces else Blocks()


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("one<div>two</div>three", ["one", "two", "three"]),
        ("<p>a  <b>bold</b>\n word</p>", ["a bold word"]),
        ("<p>wo<b>r</b>d</p>", ["word"]),
        ("<p>one<br>two</p>", ["one\ntwo"]),
        ("<div>one<br> <br>two</div>", ["one", "two"]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["a", "b", "c"]),
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", ["1 | 2", "3 | 4"]),
        ("<table><tr><td>x<td><td>3<tr><td><td>22<td>27</table>", ["x | | 3", "| 22 | 27"]),
        ("<table><tr><td><td>menu<td></table>", ["menu"]),
        ("<table><tr><td>a<br>b<td>c</table>", ["a b | c"]),
        ("<ruby>松<rp>(</rp><rt>まつ</rt></ruby>の湯", ["松の湯"]),
        ("<nav><a>Home</a><a>Boats</a></nav>", ["Home Boats"]),
        ("<p>see <a>this</a>, please</p>", ["see this, please"]),
        ("<p>text</p><script>var x;</script><style>p {}</style><!-- note -->", ["text"]),
        ("<p>buy<button>Now</button></p>", ["buy", "Now"]),
        ("<p>a &amp; b&nbsp;c</p>", ["a & b\xa0c"]),
        ("<select><option>x</select><textarea>y</textarea><p>z</p>", ["z"]),
        ("<p> </p><div>\n</div>", []),
    ],
)
def test_a_block_ends_where_an_element_of_its_own_begins_or_ends(markup: str, texts: list[str]) -> None:
    assert blocks_of(markup).text == texts


def test_preformatted_text_stays_as_it_is() -> None:
    blocks = blocks_of("<p>see</p><pre>\nif x:\n    y()<br>z<div>line</div><b>last</b>\n</pre><p>end</p>")
    assert blocks.text == ["see", "if x:\n    y()\nz\nline\nlast", "end"]
    assert blocks.preformatted == [False, True, False]


def test_links_in_preformatted_text_touch_each_other() -> None:
    assert blocks_of("<pre><a>std</a><a>::</a><a>vec</a></pre>").text == ["std::vec"]


def test_a_long_cell_is_a_part_of_the_page() -> None:
    long = "word " * LONG_CELL
    assert len(blocks_of(f"<table><tr><td>{long}</td><td>{long}</td></tr></table>").text) == 2


def test_links_are_counted() -> None:
    blocks = blocks_of("<p>see <a>this</a> and <a>that one</a></p><p>none</p>")
    assert blocks.links == [2, 0]
    assert blocks.link_chars == [len("this") + len("that one"), 0]


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<nav>menu</nav><p>text</p><footer>imprint</footer>", ["text"]),
        ("one<nav>menu</nav>two", ["one", "two"]),
        ("<div role=navigation>menu</div><ul role=MENU><li>menu</ul><p>text</p>", ["text"]),
        ("<main><nav>contents</nav><p>text</p></main>", ["contents", "text"]),
        ("<div role=main><footer>source</footer></div><footer>imprint</footer>", ["source"]),
        ("<article>post</article><nav><article>teaser</article></nav>", ["post"]),
        ("<article role=dialog>post</article>", ["post"]),
        ("<nav><ul><li>menu</ul><main>text</main>", ["menu", "text"]),
        ("<div role=navigation>menu<main>text</main></div>", ["menu", "text"]),
        ("<article><nav>contents</nav><main>text</main></article>", ["contents", "text"]),
        ("<table><tr><td role=menu>cell</td><td>other</td></tr></table>", ["cell | other"]),
    ],
)
def test_frames_outside_the_content_are_left_out_on_demand(markup: str, texts: list[str]) -> None:
    root = parse(markup).parser.body
    (blocks,) = read_blocks(root, frames=False)
    assert blocks.text == texts


def test_a_block_knows_how_many_frames_were_left_out_before_it() -> None:
    root = parse("<nav>a</nav><p>one</p><nav>b</nav><footer>c</footer><p>two</p><p>three</p>").parser.body
    assert read_blocks(root, frames=False)[0].frames == [1, 3, 3]
    assert read_blocks(root)[0].frames == [0] * 6


def test_elements_know_their_blocks() -> None:
    blocks = blocks_of("<main><p>one</p><ul><li>two</li><li>three</li></ul></main><p>four</p><div></div>")
    spans = {blocks.tag[e]: (blocks.first[e], blocks.end[e]) for e in range(len(blocks.tag))}
    assert spans["main"] == (0, 3)
    assert spans["ul"] == (1, 3)
    assert spans["body"] == (0, 4)
    assert "div" not in blocks.tag


def test_a_noscript_with_a_text_is_read_and_one_without_is_not() -> None:
    post = "The lock was closed for the winter, and nobody had told the boats. " * 5
    assert blocks_of(f"<noscript><p>{post}</p></noscript>").text == [post.strip()]
    assert blocks_of("<p>x</p><noscript>Please switch on JavaScript</noscript>").text == ["x"]


def test_the_depth_of_elements_is_bounded() -> None:
    blocks = blocks_of("<div>" * 3000 + "deep" + "</div>" * 3000 + "<p>behind</p>")
    assert blocks.text == ["deep", "behind"]
    assert len(blocks.tag) <= DEEPEST + 1


def test_a_very_long_page_is_read_in_pieces_and_nothing_is_lost() -> None:
    markup = f"<main><h1>top</h1><ul>{'<li>item</li>' * MOST_BLOCKS}</ul><p>last</p></main>"
    pieces = read_blocks(parse(markup).parser.body)
    assert [len(piece) for piece in pieces] == [MOST_BLOCKS, 2]
    assert pieces[1].text == ["item", "last"]
    assert pieces[1].tag == ["body", "main", "ul", "li", "p"]
    assert pieces[1].end == [2, 2, 1, 1, 2]


@given(
    st.lists(
        st.sampled_from(
            ["<div>", "</div>", "<p>", "<b>", "</b>", "<td>", "<table>", "<tr>", "</table>", "<pre>", "</pre>", "<br>",
             "<li>", "<ul>", "</ul>", "<a>", "</a>", "word ", "wo", "rd", " ", "\n", "<button>", "</button>"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_no_letter_is_lost_and_spans_are_nested(pieces: list[str]) -> None:
    markup = "".join(pieces)
    tree = parse(f"<body>{markup}")
    body = tree.parser.body
    assert body is not None
    (blocks,) = read_blocks(body) or [Blocks()]
    letters = re.sub(r"[\s|]", "", "".join(blocks.text))
    assert letters == re.sub(r"\s", "", body.text(deep=True))
    for element, parent in enumerate(blocks.parent):
        assert parent < element
        assert 0 <= blocks.first[element] < blocks.end[element] <= len(blocks)
        if parent >= 0:
            assert blocks.first[parent] <= blocks.first[element]
            assert blocks.end[element] <= blocks.end[parent]
    for index, element in enumerate(blocks.element):
        assert blocks.first[element] <= index < blocks.end[element]
