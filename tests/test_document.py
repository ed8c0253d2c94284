"""Documents and their edits."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.document import Author, Document, Edit, Handle, Reason, apply_edits, check_types

WHY = Reason("why", "value")


def test_edits_are_applied_and_remembered() -> None:
    doc = Document("1", text="one two three")
    edits = [Edit(0, 4, WHY), Edit(8, 13, WHY, "3")]
    assert doc.edited(edits).text == "two 3"
    assert doc.edited(edits).edits == tuple(edits)
    assert doc.edited([]) is doc
    assert doc.edited([], title="t").title == "t"
    assert doc.text == "one two three"


def test_edits_may_touch_and_insert_at_both_ends() -> None:
    edits = [Edit(0, 0, WHY, "<"), Edit(0, 1, WHY), Edit(1, 2, WHY, "B"), Edit(3, 3, WHY, ">")]
    assert apply_edits("abc", edits) == "<Bc>"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit(-1, 1, WHY), "edit -1:1 does not fit a text of 3 characters at 0"),
        (Edit(2, 4, WHY), "edit 2:4 does not fit a text of 3 characters at 0"),
        (Edit(2, 1, WHY), "edit 2:1 does not fit"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Document("1", text="abc").edited([edit])


def test_metadata_is_added_in_a_copy() -> None:
    doc = Document("1", metadata={"a": "1"})
    assert doc.with_metadata(b="2", a="3").metadata == {"a": "3", "b": "2"}
    assert doc.metadata == {"a": "1"}


def test_only_strings_that_people_read_are_mapped() -> None:
    doc = Document(
        "id", text="a", url="u", site="b", language="en", charset="utf-8", metadata={"key": "c"},
        authors=(Author("d", ("m@m",), (Handle("x", "h"),)),), content=b"raw",
    )  # fmt: skip
    upper = doc.map_strings(str.upper)
    assert upper == doc.replace(
        text="A", site="B", metadata={"key": "C"}, authors=(Author("D", ("m@m",), (Handle("x", "h"),)),)
    )


def test_a_document_of_the_right_types_passes() -> None:
    check_types(Document("1", content="text", language_score=1, metadata={"a": "b"}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": None}, "a document whose text is NoneType, expected str"),
        ({"text": b"x"}, "a document whose text is bytes, expected str"),
        ({"id": 5}, "a document whose id is int, expected str"),
        ({"content": None}, "a document whose content is NoneType, expected bytes or str"),
        ({"title": 5}, "a document whose title is int, expected str or None"),
        ({"n_chars_raw": None}, "a document whose n_chars_raw is NoneType, expected int"),
        ({"language_score": "high"}, "a document whose language_score is str, expected float or None"),
        ({"metadata": [("a", "b")]}, "a document whose metadata is list, expected a mapping"),
    ],
)
def test_a_field_of_another_type_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check_types(Document("1").replace(**changes))
