"""Any chain of edits can be walked back, and none that was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.audit.replay import Mismatch, read_records, undo, walk_back
from ingest.document import Document, Edit, Reason, apply_edits
from ingest.output.sidecar import change_columns, text_hash
from ingest.pipeline import Change

TEXTS = st.text("ab \n☃", max_size=12)


QUICK = settings(max_examples=40)


@st.composite
def chains(draw: st.DrawFn, withheld: bool = False) -> list[Change]:
    """Give the changes of a document, from no text on."""
    text = draw(TEXTS.filter(bool))
    changes = [Change("decode", "", text, [Edit(0, 0, Reason("decode"), text)])]
    for number in range(draw(st.integers(0, 4))):
        places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
        spans = zip(places[::2], places[1::2], strict=False)
        edits = [Edit(start, end, Reason("why", "v"), draw(TEXTS), withheld) for start, end in spans]
        after = apply_edits(text, edits)
        if after != text:
            changes.append(Change(f"step#{number}", text, after, edits))
            text = after
    return changes


def rows_of(changes: list[Change]) -> list[dict[str, Any]]:
    columns = change_columns(Document("one"), changes)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


@QUICK
@given(chains())
def test_every_chain_leads_back_to_the_first_text(changes: list[Change]) -> None:
    (record,) = read_records(rows_of(changes))
    replayed = walk_back(changes[-1].after, record.steps)
    assert replayed.texts[::-1] == [(change.before, change.after) for change in changes]
    assert replayed.first == changes[0].after


@QUICK
@given(chains(), st.data())
def test_a_changed_edit_is_found_unless_it_makes_the_same_texts(changes: list[Change], data: st.DataObject) -> None:
    rows = rows_of(changes)
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(["start", "end", "removed", "inserted", "hash_before", "hash_after"]))
    old = row[column]
    row[column] = data.draw(st.integers(0, 12) if isinstance(old, int) else TEXTS)
    (record,) = read_records(rows)
    try:
        replayed = walk_back(changes[-1].after, record.steps)
    except Mismatch:
        return
    assert replayed.texts[::-1] == [(change.before, change.after) for change in changes]


@QUICK
@given(chains(withheld=True))
def test_what_is_withheld_ends_the_walk_and_its_texts_have_no_hash(changes: list[Change]) -> None:
    last = max((n for n, change in enumerate(changes) if n and change.edits), default=0)
    changes = [
        replace(change, edits=[replace(e, withheld=n == last) for e in change.edits])
        for n, change in enumerate(changes)
    ]
    rows = rows_of(changes)
    replayed = walk_back(changes[-1].after, next(read_records(rows)).steps)
    assert replayed.withheld == (changes[last].step if last else "decode")
    seen = {row["hash_before"] for row in rows} | {row["hash_after"] for row in rows}
    assert seen == {None, text_hash(changes[-1].after)}


def test_a_text_that_utf8_cant_hold_is_not_on_record() -> None:
    changes = [
        Change("decode", "", "a b", [Edit(0, 0, Reason("decode"), "a b")]),
        Change("odd", "a b", "a \ud800", [Edit(2, 3, Reason("odd"), "\ud800")]),
        Change("mend", "a \ud800", "a", [Edit(1, 3, Reason("mend"))]),
    ]
    (record,) = read_records(rows_of(changes))
    assert walk_back("a", record.steps).withheld == "mend"


@pytest.mark.parametrize(
    "edits",
    [
        [{"start": 0, "end": 2, "removed": "x", "inserted": ""}],
        [{"start": -1, "end": 0, "removed": "x", "inserted": ""}],
        [{"start": 9, "end": 9, "removed": "", "inserted": ""}],
        [{"start": 0, "end": 0, "removed": "", "inserted": "b"}],
        [{"start": 2, "end": 2, "removed": "", "inserted": ""}, {"start": 1, "end": 1, "removed": "", "inserted": ""}],
    ],
    ids=["other length", "before the text", "behind the text", "not what stands there", "out of order"],
)
def test_edits_that_fit_no_text_are_told(edits: list[dict[str, Any]]) -> None:
    with pytest.raises(Mismatch, match="the edit at"):
        undo("abc", edits)
