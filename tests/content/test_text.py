"""Blocks written as plain text and as Markdown."""

from __future__ import annotations

import pytest

from ingest.content.blocks import read_blocks
from ingest.content.markdown import markdown
from ingest.content.text import plain_text
from ingest.content.tree import parse


def plain(markup: str, *, bullets: bool = False) -> str:
    (blocks,) = read_blocks(parse(f"<body>{markup}").parser.body)
    return plain_text(blocks, range(len(blocks)), bullets=bullets)


def marked(markup: str) -> str:
    (blocks,) = read_blocks(parse(f"<body>{markup}").parser.body)
    return markdown(blocks, range(len(blocks)))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>see</p><ul><li>a</li><li><p>b</p></li></ul><p>end</p>", "see\n\na\nb\n\nend"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "a\nb"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", "1 | 2\n3 | 4"),
        ("<dl><dt>term</dt><dd>what it means</dd></dl>", "term\nwhat it means"),
        ("<table><tr><td><p>first</p><p>second</p></td></tr></table>", "first\n\nsecond"),
        ("<pre>if x:\n    y()</pre>", "if x:\n    y()"),
    ],
)
def test_the_text_keeps_its_structure(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_bullets_and_numbers() -> None:
    markup = "<ol><li>one<ul><li>inner</li></ul></li><li><p>two</p><p>more of it</p></li></ol>"
    assert plain(markup, bullets=True) == "1. one\n    - inner\n\n2. two\n\nmore of it"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>The <i>weir</i></h2>", "## The *weir*"),
        ("<h3><div>inner</div></h3>", "### inner"),
        ("<p>a <b>bold</b> and <em>slanted</em> word</p>", "a **bold** and *slanted* word"),
        ("<p>foo&nbsp;bar is <b>a</b> thing</p>", "foo\xa0bar is **a** thing"),
        ("<p>a<br>~~~<br>===</p>", "a  \n\\~~~  \n\\==="),
        ("<ul><li># hash<li>1. one</ul>", "- \\# hash\n- 1\\. one"),
        ("<p>&amp;lt; &amp; R&amp;D</p>", "\\&lt; & R&D"),
        ("<p><code>`a</code></p>", "`` `a ``"),
        ("<table><tr><th><th>A<th>B<tr><th>x<td><td>2</table>", "|  | A | B |\n| --- | --- | --- |\n| x |  | 2 |"),
        ("<p>run <code>x = `y`</code></p>", "run `` x = `y` ``"),
        ('<p>see <a href="/w">the <i>weir</i> there</a></p>', "see [the *weir* there](/w)"),
        ('<p><a href="/a b">x</a></p>', "[x](/a%20b)"),
        ('<p><a href="#top">up</a></p>', "up"),
        ("<p>2*3_4 [x]</p>", r"2\*3\_4 \[x\]"),
        ("<p>1. no list</p><p># no heading</p><p>- no item</p>", "1\\. no list\n\n\\# no heading\n\n\\- no item"),
        ("<blockquote><p>late</p></blockquote>", "> late"),
        ("<p>one<br>two</p>", "one  \ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><th>A<th>B<tr><td>1<td>x|y</table>", "| A | B |\n| --- | --- |\n| 1 | x\\|y |"),
        ("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````"),
    ],
)
def test_markdown(markup: str, text: str) -> None:
    assert marked(markup) == text
