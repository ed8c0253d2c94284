"""The plugin `strip_tracking`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.testing import check_step, load_plugin, run_step

plugin = load_plugin(Path(__file__).parents[2] / "plugins/strip_tracking.py")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        pytest.param("https://a.example/x?utm_source=b&id=3&fbclid=z#top", "https://a.example/x?id=3#top", id="some"),
        pytest.param("https://a.example/x?utm_source=b", "https://a.example/x", id="all, and the question mark"),
        pytest.param(
            "https://a.example/x?gclid=1#utm_source=b", "https://a.example/x#utm_source=b", id="fragment stays"
        ),
        pytest.param("https://a.example/x?Gclid=1&UTM_Medium=2", "https://a.example/x", id="capitals"),
        pytest.param("https://a.example/x?a=1&track_me=2&session=3", "https://a.example/x?a=1", id="option"),
        pytest.param("https://a.example/x?utm%5Fsource=b&a=1", "https://a.example/x?a=1", id="encoded name"),
        pytest.param("https://a.example/x?a=1&amp;utm_source=b", "https://a.example/x?a=1", id="copied out of HTML"),
        pytest.param(
            "HTTPS://A.example/ä?mc_eid=1&q=a+b%20c#", "HTTPS://A.example/ä?q=a+b%20c#", id="the rest as it was"
        ),
        pytest.param("/x?y=1&igshid=2", "/x?y=1", id="relative"),
    ],
)
def test_tracking_parameters_go(url: str, wanted: str) -> None:
    step = plugin.StripTracking(also=["track_*", "Session"])
    assert run_step(step, "text", url=url).url == wanted
    assert run_step(step, "text", metadata={"canonical_url": url}).metadata == {"canonical_url": wanted}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x?b=%20&a=1&a=2&empty=&bare",
        "https://a.example/x?",
        "https://a.example/x?&&a=1",
        "https://a.example/utm_source=1",
        "https://a.example/x?my_utm_source=1&gclids=2&q=fbclid",
        "https://a.example/x?url=https%3A%2F%2Fb.example%3Futm_source%3D1",
        "https://[broken?a=1",
        "no address at all",
    ],
)
def test_everything_else_stays_to_the_letter(url: str) -> None:
    assert run_step(plugin.StripTracking(), "text", url=url).url == url


def test_text_and_other_metadata_are_left_alone() -> None:
    text = "See https://a.example/?utm_source=b"
    doc = run_step(plugin.StripTracking(), text, metadata={"referrer": "https://a.example/?utm_source=b"})
    assert (doc.text, doc.url) == (text, None)
    assert doc.metadata == {"referrer": "https://a.example/?utm_source=b"}


def test_it_keeps_the_rules_of_a_step() -> None:
    check_step(plugin.StripTracking())
