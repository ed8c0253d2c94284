"""The plugins in `plugins/`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.document import Author
from ingest.testing import check_step, load_plugin, run_step

PLUGINS = Path(__file__).parents[2] / "plugins"
tracking = load_plugin(PLUGINS / "strip_tracking.py")
masking = load_plugin(PLUGINS / "mask_personal_data.py")
wiki = load_plugin(PLUGINS / "wiki_pages.py")


@pytest.mark.parametrize("step", [tracking.StripTracking(), masking.MaskPersonalData(), wiki.WikiPages()])
def test_the_plugins_keep_the_rules_of_steps(step: object) -> None:
    check_step(step)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://a.example/x?utm_source=b&id=3&fbclid=z#top", "https://a.example/x?id=3#top"),
        ("https://a.example/x?utm_source=b", "https://a.example/x"),
        ("https://a.example/x?b=%20&a=1&a=2&empty=", "https://a.example/x?b=%20&a=1&a=2&empty="),
        ("https://a.example/x?Gclid=1&track_me=2", "https://a.example/x"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_tracking_parameters_go_and_nothing_else(url: str, wanted: str) -> None:
    step = tracking.StripTracking(also=["track_*"])
    assert run_step(step, "text", url=url).url == wanted
    assert run_step(step, "text", metadata={"canonical_url": url}).metadata == {"canonical_url": wanted}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Write to jo.doe@mail.example today.", "Write to <EMAIL> today."),
        ("Call +49 30 1234567 or tel: 030 765432.", "Call <PHONE> or tel: <PHONE>."),
        ("Pay to DE89 3704 0044 0532 0130 00 now.", "Pay to <IBAN> now."),
        ("Card 4111 1111 1111 1111, please.", "Card <CARD>, please."),
        ("From 203.0.114.7 and 2a00:1450:4001:81b::200e.", "From <IP> and <IP>."),
        ("Version 1.2.3.4 of 12.03.2021, ISBN 978-3-16-148410-0, order 20210312001234.", None),
        ("DE89 3704 0044 0532 0130 01 and 4111 1111 1111 1112 fail their checks.", None),
        ("At 10:30:15 the score was 3:2, in chapter 4:16.", None),
    ],
)
def test_personal_data_is_masked_and_look_alikes_are_not(text: str, wanted: str | None) -> None:
    doc = run_step(masking.MaskPersonalData(), text)
    assert doc.text == (wanted or text)
    assert all(edit.reason.value == "" for edit in doc.edits)


def test_the_authors_own_address_may_stay_and_hashes_depend_on_the_salt() -> None:
    text = "Ann@a.example and bob@b.example"
    authors = (Author("Ann", ("ann@a.example",)),)
    assert run_step(masking.MaskPersonalData(), text, authors=authors).text == "Ann@a.example and <EMAIL>"
    assert (
        run_step(masking.MaskPersonalData(keep_authors=False, policy="remove"), text, authors=authors).text == " and "
    )
    one, two, again = (
        run_step(masking.MaskPersonalData(policy="hash", salt=salt), text).text for salt in ("a", "b", "a")
    )
    assert one == again != two
    assert "bob" not in one


WIKI = """\
For other uses, see Lighthouse (disambiguation).
The old light[1] stands on a rock.[12][edit]
It was built twice.
It burned once, and was painted green by mistake.
References[edit]
1. Somebody, A book
External links
A site
"""


def test_a_wiki_page_keeps_its_prose() -> None:
    doc = run_step(wiki.WikiPages(), WIKI)
    assert doc.text == (
        "The old light stands on a rock.\nIt was built twice.\nIt burned once, and was painted green by mistake.\n"
    )
    assert [edit.reason.code for edit in doc.edits] == ["hatnote", "mark", "mark", "mark", "end_lists"]
    assert "1. Somebody" in run_step(wiki.WikiPages(lists=False), WIKI).text
    assert "1. Somebody" in run_step(wiki.WikiPages(languages=["de"]), WIKI).text
