"""What must hold of `template` for any corpus."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.builtin.template import TELLING, Template
from ingest.document import Document
from ingest.testing import count_keys

LINES = st.lists(st.sampled_from(["Home", "Shop", "Imprint", "a word", "Ein Satz.", "行", "12", ""]), max_size=9)
CORPUS = st.lists(st.tuples(LINES, st.sampled_from(["http://a/", "https://www.a/x", "http://b/", ""])), max_size=12)
STEPS = st.builds(
    Template,
    by=st.sampled_from(["host", "corpus"]),
    unit=st.sampled_from(["line", "paragraph"]),
    min_pages=st.integers(2, 4),
    min_share=st.sampled_from([0.0, 0.3, 1.0]),
    min_run=st.integers(1, 3),
    mask_digits=st.booleans(),
)


def clean(step: Template, docs: Sequence[Document]) -> dict[str, Document]:
    found = step.process_counted(docs, count_keys(step, docs))
    return {doc.id: doc for doc in found if isinstance(doc, Document)}


@given(STEPS, CORPUS, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_makes_no_difference(step: Template, corpus: list[object], random: object) -> None:
    docs = [Document(str(n), text="\n".join(lines), url=url) for n, (lines, url) in enumerate(corpus)]  # type: ignore[misc]
    first = clean(step, docs)
    random.shuffle(docs)  # type: ignore[attr-defined]
    assert clean(step, docs) == first


@given(STEPS, CORPUS)
def test_what_goes_stands_in_enough_documents_of_the_group(step: Template, corpus: list[object]) -> None:
    docs = [Document(str(n), text="\n".join(lines), url=url) for n, (lines, url) in enumerate(corpus)]  # type: ignore[misc]
    for doc in clean(step, docs).values():
        if step.by == "host" and not doc.url:
            assert doc.edits == ()
        for edit in doc.edits:
            holding, pages = map(int, edit.reason.value.split("/"))
            assert step.min_pages <= holding <= pages <= len(docs)
            assert holding >= step.min_share * pages
            assert edit.inserted == ""


@given(STEPS, LINES, st.integers(2, 6))
def test_copies_of_one_page_leave_each_other_alone(step: Template, lines: list[str], copies: int) -> None:
    docs = [Document(str(n), text="\n".join([*lines, f"read {n} times"]), url="http://a/") for n in range(copies)]
    assert [doc.text for doc in clean(step, docs).values()] == [doc.text for doc in docs]


def test_the_printed_version_of_a_long_page_is_that_page() -> None:
    story = [f"{'And so it went on and on. ' * 3}{letter}" for letter in "abcdefghijklmnopqrstuvw"]
    assert len(story) > TELLING
    around = [["Home", "Shop"], ["Print"], ["Story of the day"], ["Page 1"]]
    docs = [Document(str(n), text="\n".join([*top, *story]), url="http://a/") for n, top in enumerate(around)]
    assert [doc.text for doc in clean(Template(), docs).values()] == [doc.text for doc in docs]


def test_hosts_are_told_apart_without_their_www_and_folders_by_the_files_in_them() -> None:
    def group(step: Template, **fields: str) -> str | None:
        keys = step.keys(Document("1", text="a", **fields))  # type: ignore[arg-type]
        return keys[0] if keys else None

    host, folder = Template(), Template(by="folder")
    assert group(host, url="HTTPS://WWW.Weir.example:8080/a?b") == "weir.example"
    assert group(host, url="http://www.example/") == "example"
    assert group(host, url="mailto:a@weir.example") is None
    assert group(host, url="weir.example/a") is None
    assert group(folder, file_path="crawl/weir/a.txt") == "crawl/weir"
    assert group(folder, file_path="crawl/weir/a.jsonl#7") == "crawl/weir"
    assert group(folder, file_path="crawl/#1 weir/a.txt") == "crawl/#1 weir"
    assert group(folder, file_path="a.txt") == ""
    assert group(folder) is None
    assert group(Template(by="corpus")) == ""
