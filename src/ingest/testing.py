"""Tools for the tests of plugins, and of ingest itself.

from ingest.testing import check_step, run_step

def test_it() -> None:
    assert run_step(MyStep(), "before").text == "after"
    check_step(MyStep())
"""

from __future__ import annotations

import functools
import pickle
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from ingest.document import Document, Dropped, Edit, apply_edits
from ingest.plugins import import_file
from ingest.step import CorpusStep, Step, keys_of

__all__ = ["ODD_TEXTS", "Case", "check_step", "count_keys", "load_cases", "load_plugin", "run_step"]

_Process = Callable[[Sequence[Document]], Sequence[Document | Dropped]]

# Seconds that a step may take for a megabyte of text before `check_step` calls it too slow.
SLOWEST = 20.0

ODD_TEXTS: Mapping[str, str] = {
    "empty": "",
    "blank": " \n\n\t\n ",
    "one character": "x",
    "no line break at the end": "first line\nlast line",
    "Windows line breaks": "one\r\ntwo\r\n",
    "controls": "a\x00b\x1b[31mc\x7f\x85\u2028d",
    "combining": "e\u0301 n\u0303 \u0928\u093f",
    "right to left": "مرحبا بالعالم. می\u200cروم \u202bשלום\u202c",
    "joined emoji": "👩\u200d🚒 👨\u200d👩\u200d👧 🏳️\u200d🌈",
    "outside the first plane": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀𠀁",
    "unassigned and private": "\ue000\U000fffff\u0378",
    "East Asian": "これは日本語の文章です。全角　空白。中文文本，没有空格。한국어",
    "one very long line": "word " * 20_000,
    "many short lines": "line\n" * 20_000,
    "many blank lines": "\n" * 20_000,
    "many spaces": "a" + " " * 100_000 + "b",
    "many marks on one letter": "a" + "\u0301\u0316" * 20_000,
    "many joiners": "😀" + "\u200d" * 20_000 + "😀 a" + "\u200c" * 20_000 + "ب",
    "many comments": "<!---->" * 60 + " text",
    "markup": "<p>a &amp; b</p><script>x</script>" * 50,
    "a million characters": "The quick brown fox jumps over the lazy dog, said By Someone (a@b.example).\n" * 14_000,
}
"""Texts that every step must live with."""


def run_step(step: Step, text: str, *, corpus: Sequence[Document] = (), **fields: Any) -> Document:
    """Run a step on a text and give the document that comes out.

    Args:
        step: the step.
        text: the text of the document.
        corpus: the other documents, for a step that counts over the corpus.
        fields: other fields of the document, such as `title` or `media_type`.

    Raises:
        AssertionError: the step dropped the document; the message has the reason.
    """
    result = _result(step, text, corpus, **fields)
    if isinstance(result, Dropped):
        raise AssertionError(f"dropped: {result.reason.code} ({result.reason.value})")
    return result


def count_keys(step: CorpusStep, docs: Iterable[Document]) -> Callable[[Sequence[str]], list[int]]:
    """Count the keys of documents in memory, and give what says how many documents hold each key, as a run does."""
    holders: dict[str, set[str]] = {}
    for doc in docs:
        identity = step.identity(doc)
        for key in keys_of(step, doc):
            holders.setdefault(key, set()).add(identity)
    return lambda keys: [max(1, len(holders.get(key, ()))) for key in keys]


def check_step(step: Step, texts: Mapping[str, str] = ODD_TEXTS) -> None:
    """Check that a step keeps the rules.

    It gives one result per document, in order; the same result each time, alone and in a batch; it lives with
    empty, huge and odd text; its edits replay; it and its results can be pickled; and it is not unbearably slow.
    A step that counts over the corpus does so over these texts.

    Raises:
        AssertionError: it breaks a rule; the message says which, and on which text.
    """
    assert step.name, f"{type(step).__name__} has no name"
    assert type(step).model_validate(step.model_dump()) == step, "the options can't be rebuilt from their values"
    pickle.loads(pickle.dumps(step))  # noqa: S301  our own bytes
    docs = [_document(name, text) for name, text in texts.items()]
    process = _counted(step, docs)
    single = [_check_document(process, doc) for doc in docs]
    together = list(process(docs))
    assert len(together) == len(docs), f"process gave {len(together)} results for {len(docs)} documents"
    for doc, alone, among in zip(docs, single, together, strict=True):
        assert alone == among, f"another result in a batch than alone on text {doc.id!r}"


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case of a step: input, options, and what must come out."""

    name: str
    why: str
    input: str
    options: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    """Other fields of the document that goes in."""
    corpus: Sequence[Mapping[str, Any]] = ()
    """The other documents, for a step that counts over the corpus: `text`, and fields that differ from `document`."""
    output: str | None = None
    """The text after the step; `None` where it does not matter."""
    removed: Sequence[str] | None = None
    """Codes of the step's edits, in order."""
    dropped: str | None = None
    """Code of the reason, if the document is dropped."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Other fields of the document that comes out."""

    def check(self, step_class: type[Step]) -> None:
        """Run the case.

        Raises:
            AssertionError: something else came out.
        """
        step = step_class.model_validate(dict(self.options))
        corpus = [
            _document(f"other {number}", **{"text": "", **self.document, **fields})
            for number, fields in enumerate(self.corpus)
        ]
        result = _result(step, self.input, corpus, **self.document)
        if self.dropped is not None or isinstance(result, Dropped):
            code = result.reason.code if isinstance(result, Dropped) else None
            assert code == self.dropped, f"{self.name}: dropped with {code!r}, expected {self.dropped!r}"
            return
        if self.output is not None:
            assert result.text == self.output, f"{self.name}: {result.text!r} is not {self.output!r}"
        if self.removed is not None:
            codes = [edit.reason.code for edit in result.edits]
            assert codes == list(self.removed), f"{self.name}: removed {codes}, expected {list(self.removed)}"
        for key, wanted in self.fields.items():
            found = plain(getattr(result, key))
            assert found == wanted, f"{self.name}: {key} is {found!r}, expected {wanted!r}"


def load_cases(path: str | Path) -> list[Case]:
    """Read golden cases from a TOML file with a table `[[case]]` for each."""
    tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))["case"]
    cases = [Case(**table) for table in tables]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), f"{path}: two cases have one name"
    return cases


def load_plugin(path: str | Path) -> ModuleType:
    """Import a plugin file as a run does."""
    return import_file(Path(path))


def plain(value: Any) -> Any:
    """Give a field's value as TOML can hold it: authors and handles as tables, tuples as lists."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        found = {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return {name: item for name, item in found.items() if item != []}
    return dict(value) if isinstance(value, Mapping) else value


def _document(name: str, text: str, **fields: Any) -> Document:
    return Document(id=name, text=text, content=text, n_chars_raw=len(text)).replace(**fields)


def _counted(step: Step, docs: Sequence[Document]) -> _Process:
    """Give what processes documents, as the last pass of a run does that has counted over these."""
    if not isinstance(step, CorpusStep):
        return step.process
    return functools.partial(step.process_counted, count=count_keys(step, docs))


def _result(step: Step, text: str, corpus: Sequence[Document] = (), **fields: Any) -> Document | Dropped:
    doc = _document("test", text, **fields)
    (result,) = _counted(step, [doc, *corpus])([doc])
    assert isinstance(result, (Document, Dropped)), f"gave {type(result).__name__}, not Document or Dropped"
    return result


def _check_document(process: _Process, doc: Document) -> Document | Dropped:
    started = time.process_time()
    results = list(process([doc]))
    seconds = time.process_time() - started
    where = f"on text {doc.id!r}"
    assert len(results) == 1, f"process gave {len(results)} results for one document {where}"
    (result,) = results
    assert isinstance(result, (Document, Dropped)), f"gave {type(result).__name__} {where}"
    assert seconds < SLOWEST * max(0.05, len(doc.text) / 1e6), f"took {seconds:.1f} s {where}"
    assert list(process([doc])) == results, f"another result the second time {where}"
    pickle.loads(pickle.dumps(result))  # noqa: S301  our own bytes
    if isinstance(result, Document):
        assert isinstance(result.text, str), f"gave a text that is {type(result.text).__name__} {where}"
        assert result.id == doc.id, f"changed the id {where}"
        _check_edits(doc.text, result.text, result.edits, where)
    return result


def _check_edits(before: str, after: str, edits: Sequence[Edit], where: str) -> None:
    if edits:
        assert apply_edits(before, edits) == after, f"the edits don't make the text after of the text before {where}"
