"""From records to documents: fields, ids, metadata, and records that hold no document."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ingest.builtin.readers import JsonLinesReader
from ingest.builtin.readers.ids import document_id
from ingest.document import Document
from ingest.endpoints import Unreadable


@pytest.fixture
def convert(read: Any) -> Any:
    def convert_record(record: dict[str, Any], **options: Any) -> Document | Unreadable:
        item: Document | Unreadable = read(JsonLinesReader(**options), "a.jsonl", json.dumps(record).encode())[0]
        return item

    return convert_record


def test_fields_go_where_the_options_say(convert: Any) -> None:
    record = {"body": "x", "key": 7, "link": "http://a", "at": "2024-01-02", "head": "T", "n": 1.5, "l": [1, "é"]}
    names = {"text": "body", "id": "key", "url": "link", "date": "at", "title": "head"}
    doc = convert(record, **names, metadata=["n", "l", "nowhere"])
    assert (doc.content, doc.id, doc.url, doc.date, doc.title) == ("x", "7", "http://a", "2024-01-02", "T")
    assert doc.metadata == {"n": "1.5", "l": '[1, "é"]'}
    assert doc.file_path == "a.jsonl#0"


@pytest.mark.parametrize("record", [{"text": "x"}, {"text": "x", "id": None}, {"text": "x", "id": ""}])
def test_without_an_id_the_place_gives_one(convert: Any, record: dict[str, Any]) -> None:
    assert convert(record).id == document_id("a.jsonl", 0)


def test_an_id_of_zero_is_an_id(convert: Any) -> None:
    assert convert({"text": "x", "id": 0}).id == "0"


def test_dots_lead_into_fields(convert: Any) -> None:
    doc = convert({"page": {"raw": {"text": "in"}}, "a.b": "flat"}, text="page.raw.text", title="a.b")
    assert (doc.content, doc.title) == ("in", "flat")


def test_html_wins_over_text_unless_it_is_empty(convert: Any) -> None:
    assert convert({"text": "t", "html": "<p>"}).media_type == "text/html"
    assert convert({"text": "t", "html": ""}).content == "t"
    assert convert({"text": "t", "html": None}).media_type == "text/plain"


def test_null_text_is_an_empty_document(convert: Any) -> None:
    assert convert({"text": None}).content == ""


def test_content_says_what_it_is_or_is_looked_at(convert: Any) -> None:
    page = "<!doctype html><p>x"
    assert convert({"c": page}, content="c").media_type == "text/html"
    assert convert({"c": "x"}, content="c").media_type == "text/plain"
    doc = convert({"c": page, "content_type": "text/plain; charset=koi8-r"}, content="c")
    assert doc.media_type == "text/plain"


def test_base64_gives_bytes_with_their_declared_charset(convert: Any) -> None:
    record = {"html": base64.encodebytes(b"<p>\xc8" * 50).decode(), "content_type": 'text/html; charset="koi8-r"'}
    doc = convert(record, base64=True)
    assert (doc.content, doc.declared_charset) == (b"<p>\xc8" * 50, "koi8-r")


def test_what_is_not_base64_costs_its_record(convert: Any) -> None:
    assert "the field 'html' is not Base64" in convert({"html": "§"}, base64=True).message


def test_a_missing_field_names_record_wanted_and_present(convert: Any) -> None:
    item = convert({"body": "x", "at": 1})
    assert item.file_path == "a.jsonl#0"
    assert item.message == "the record has no field 'text' or 'html'; it has body, at"
    assert json.loads(item.content) == {"body": "x", "at": 1}


@pytest.mark.parametrize(
    ("value", "kind"), [(3, "a number"), ([], "a list"), ({}, "an object"), (True, "true or false")]
)
def test_a_field_of_another_kind_is_unreadable(convert: Any, value: object, kind: str) -> None:
    assert convert({"text": value}).message.endswith(f"holds neither text nor bytes, but {kind}")


def test_halves_of_surrogate_pairs_pass_in_the_text_and_nowhere_else(convert: Any) -> None:
    half = "\ud83d"
    doc = convert(
        {"text": half, "id": half, "url": half, "title": half, "m": {half: half}}, title="title", metadata=["m"]
    )
    assert doc.content == half
    assert (doc.id, doc.url, doc.title) == ("\ufffd", "\ufffd", "\ufffd")
    assert doc.metadata == {"m": '{"\ufffd": "\ufffd"}'}
