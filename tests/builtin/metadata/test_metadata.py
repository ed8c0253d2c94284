"""What holds for every page that the step `metadata` sees. The golden cases run in `test_cases.py`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.metadata import Metadata
from ingest.builtin.metadata.dates import date_in_text, date_in_url, days_between, iso_date
from ingest.content.jsonld import objects, strings
from ingest.document import Document
from ingest.testing import load_cases

PIECES = st.sampled_from(
    [
        "<title>", "</title>", "Cranes - Ledger", "<h1>", "</h1>", '<meta name="author" content="Dana Whitlock, Ben Oduya">', "<meta>",
        '<meta property="og:title" content="x">', '<script type="application/ld+json">', "</script>", '{"@type":"Article","author":',
        '[{"name":"Dana Whitlock"}]', "}", '"', '<a href="mailto:dana@ledger.example">', '<a rel="author" href="https://x.com/dana">',
        "Dana Whitlock", "By ", "<time datetime='2024-01-31T25:61'>", "2024-02-30", '<div class="author byline">', "</div>", "&amp;", "\x00",
    ]
)  # fmt: skip
MARKUP = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["@type", "@id", "@graph", "author", "name", "sameAs", "email", "headline", "datePublished",
                                       "publisher", "license"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


def read(markup: str, **fields: str) -> Document:
    return Metadata().apply(Document(id="test", markup=markup, media_type="text/html", **fields))


@given(MARKUP)
def test_any_markup_can_be_read(markup: str) -> None:
    result = read(markup)
    assert read(markup) == result
    values = [
        result.title,
        result.site,
        result.url,
        *result.metadata.values(),
        *(author.name for author in result.authors),
    ]
    assert all(value == " ".join(value.split()) for value in values if value is not None)


@given(JSON)
def test_any_json_can_be_read(value: object) -> None:
    article = {"@type": "NewsArticle", "author": value, "headline": value, "datePublished": value, "publisher": value}
    for stated in (value, article):
        read(f'<script type="application/ld+json">{json.dumps(stated).replace("<", "")}</script>')


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<meta name='author' content='Dana Whitlock'>" * 10_000,
        '<script type="application/ld+json">' + "[" * 10_000 + "]" * 10_000,
        '<script type="application/ld+json">' + '{"name":[' * 900 + "]}" * 900,
        '<script type="application/ld+json">{"@type":"Article","author":'
        + '{"name":[' * 300
        + '"x"'
        + "]}" * 300
        + "}",
        "<div class='author byline headline'>" * 20_000 + "Dana Whitlock",
        "<div>" * 200_000,
        "<div class='author'>" * 100_000 + "</div>" * 100_000 + "<h1>x</h1>",
        "<div " * 100_000,
        "<a href='https://quay.example/'>x</a>" * 100_000,
        "<h1 class='headline'>" + "Cranes " * 200_000,
        "<a href='https://x.com/dana'>" * 20_000,
        "<p class='byline'>By Dana Whitlock</p>" * 20_000,
        "<title>" + "a - " * 20_000,
        "<title>x</title><h1>x</h1>" + "<p>Von a 1. 1. 1 von</p>" * 20_000,
        "dana@ledger.example " * 50_000,
        "<script>" + "var a = '<meta name=author>';" * 200_000 + "</script><h1>x</h1>",
    ],
    ids=range(17),
)
def test_hostile_pages_take_bounded_time(markup: str) -> None:
    started = time.process_time()
    read(markup, url="https://ledger.example/")
    assert time.process_time() - started < 3


def test_what_stands_under_too_many_boxes_is_still_read() -> None:
    deep = read("<div>" * 30_000 + "<h1>Cranes stay</h1>" + "</div>" * 30_000 + "<p itemprop=author>Dana Whitlock</p>")
    assert deep.title == "Cranes stay"
    assert [author.name for author in deep.authors] == ["Dana Whitlock"]


@pytest.mark.parametrize("before", ["", "Ä publisher, published. " * 10, '"published":"soon",' * 3000])
@pytest.mark.parametrize("key", ['"publishDate"', '"DATE_PUBLISHED"', "&quot;published_date&quot;", '"datepublished"'])
def test_the_date_in_data_for_scripts_is_found(before: str, key: str) -> None:
    value = key[:1] if key[0] == '"' else "&quot;"
    data = f"{key} : {value}2024-03-18T08:00:00{value}, {key}:{value}2021-01-01{value}"
    assert read(f"<p>Weir</p><script>{before}{data}</script>").published == "2024-03-18"


def test_a_date_that_can_be_read_in_two_ways_is_none() -> None:
    assert read("<title>Cranes stay</title><h1>Cranes stay</h1><p class='date'>04/05/2019</p>").published is None


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2024-03-18", "2024-03-18"),
        ("2024-03-18T09:30:00+0100", "2024-03-18T09:30:00+01:00"),
        ("2024-03-18T09:30Z", "2024-03-18T09:30:00+00:00"),
        ("2024-03-18 09:30:15", "2024-03-18T09:30:15"),
        ("20240318", "2024-03-18"),
        ("2024-03", "2024-03"),
        ("Mon, 18 Mar 2024 09:30:00 +0100", "2024-03-18T09:30:00+01:00"),
        ("March 18, 2024", "2024-03-18"),
        ("18. März 2024", "2024-03-18"),
        ("1er août 2019", "2019-08-01"),
        ("18 de marzo de 2024", "2024-03-18"),
        ("18 марта 2024", "2024-03-18"),
        ("18.03.2024, 10:22 Uhr", "2024-03-18"),
        ("18.03.24", "2024-03-18"),
        ("18/03/2024", "2024-03-18"),
        ("2024年3月18日", "2024-03-18"),
        ("04/05/2024", None),
        ("2099-03-18", "2099-03-18"),
        ("2129-03-18", None),
        ("1989-12-31", None),
        ("2024-02-30", None),
        ("0001-01-01T00:00:00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_iso_date(value: str, date: str | None) -> None:
    assert iso_date(value) == date


@given(st.text(max_size=100))
def test_any_text_can_be_asked_for_dates(text: str) -> None:
    for found in (iso_date(text), date_in_text(text), date_in_url(text)):
        assert found is None or days_between(found, found) == 0


def test_objects_come_with_those_in_them() -> None:
    found = objects(['{"@graph": [{"@type": "A", "b": {"@type": "B"}}]}', "no json"])
    assert [item.get("@type") for item in found] == [None, "A", "B"]


def test_strings_undo_what_was_escaped_as_html() -> None:
    assert list(strings(["Cranes &amp; boats", {"name": " Quay  Notes "}, 3, None])) == ["Cranes & boats", "Quay Notes"]


def test_there_are_enough_cases_and_each_says_why() -> None:
    cases = load_cases(Path(__file__).parents[2] / "cases/metadata.toml")
    assert len(cases) >= 18
    assert all(case.why for case in cases)
