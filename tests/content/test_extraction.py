"""From a page to its text, where one part alone does not show it."""

from __future__ import annotations

import pytest

from ingest.content.blocks import MOST_BLOCKS
from ingest.content.extraction import Style, extract

STORY = (
    "<p>The keeper opened the weir on Monday, a week before anybody in the valley had expected him to do so.</p>" * 5
)
FIRST = "The keeper opened the weir on Monday"


@pytest.mark.parametrize(
    "markup",
    [
        f"<header>Lock News</header><nav><ul><li>Home</ul><main><article>{STORY}</article></main>",
        f"<div><a>Lock News</a></div><nav><div>{STORY}</div>",
        f"<p>Menu</p><div role=dialog><article>{STORY}</article></div>",
        f"<div>Skip to content</div><form role=search><main>{STORY}</main></form>",
        f"<nav>{STORY}</nav>",
    ],
)
def test_a_frame_that_holds_the_text_is_read(markup: str) -> None:
    assert FIRST in extract(f"<body>{markup}", Style()).text


def test_a_page_with_a_long_menu_and_a_short_text_is_read_without_the_menu() -> None:
    menu = "".join(f"<li><a href=/{index}>Boats of the harbour, number {index}</a></li>" for index in range(40))
    text = extract(f"<body><nav><ul>{menu}</ul></nav><main><p>The lock is closed on Mondays.</p></main>", Style()).text
    assert text == "The lock is closed on Mondays."


def test_a_threshold_that_no_block_reaches_gives_no_text() -> None:
    assert extract(f"<body><nav>Home</nav><main>{STORY}</main>", Style(threshold=0.999999)).text == ""


def test_a_threshold_holds_for_pages_of_any_length() -> None:
    markup = f"<body><main><ul>{'<li>item</li>' * (MOST_BLOCKS + 1)}</ul></main>"
    assert extract(markup, Style(threshold=0.999999)).text == ""


def test_what_is_dropped_does_not_come_back_when_nothing_else_is_there() -> None:
    table = "<table><tr><td>boats on the river</td><td>12</td></tr></table>"
    assert extract(f"<body><nav>Home</nav>{table}", Style(policies={"tables": "drop"})).text == ""
