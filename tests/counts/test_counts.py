"""Counts over a corpus: that they are right, whatever the memory and the order."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.counts import Spill, Table, TableFacts, merge
from ingest.counts import merge as merging
from ingest.counts.spill import PAIR_MEMORY, Run
from ingest.errors import WriteError

Corpus = Sequence[tuple[Sequence[str], str]]
"""Keys and identity of every document."""

KEYS = st.lists(st.one_of(st.sampled_from("abcdefg"), st.text(max_size=3), st.just("\ud800")), max_size=8)
DOCS = st.lists(st.tuples(KEYS, st.sampled_from("uvwxyz")), max_size=25)


def count(folder: Path, shards: Iterable[Corpus], memory: int) -> tuple[Table, list[Run]]:
    runs: list[Run] = []
    for number, docs in enumerate(shards):
        spill = Spill(str(folder / f"{number:05d}"), memory)
        for keys, identity in docs:
            spill.add(keys, identity)
        spill.flush()
        runs += spill.runs
    merge(runs, str(folder / "table"), memory, step="s", config_sha256="c")
    return Table(str(folder / "table")), runs


def naive(docs: Corpus) -> dict[str, int]:
    holders: dict[str, set[str]] = defaultdict(set)
    for keys, identity in docs:
        for key in keys:
            holders[key].add(identity)
    return {key: len(found) for key, found in holders.items()}


@settings(max_examples=60)
@given(DOCS, st.integers(1, 3), st.sampled_from([1, 2, 7, 1000]), st.randoms(use_true_random=False))
def test_the_table_is_that_of_a_dictionary_for_any_memory_and_any_order(
    tmp_path_factory: pytest.TempPathFactory, docs: Corpus, shards: int, pairs: int, random: object
) -> None:
    folder = tmp_path_factory.mktemp("counts")
    table, _ = count(folder, [docs[start::shards] for start in range(shards)], pairs * PAIR_MEMORY)
    wanted = naive(docs)
    keys = [*wanted, "never seen", "\udfff"]
    assert table.count(keys) == [wanted.get(key, 1) for key in keys]
    assert (table.facts.keys, table.facts.shared) == (len(wanted), sum(number > 1 for number in wanted.values()))
    shuffled = list(docs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again, _ = count(folder, [shuffled], 2**20)
    assert again.facts == table.facts


def test_a_key_of_more_documents_than_fit_into_memory_is_counted_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    small = merging.__globals__["_Range"].count
    monkeypatch.setattr(
        merging.__globals__["_Range"], "count", lambda self: (sizes.append(self.pairs()), small(self))[1]
    )
    docs = [(["everywhere", f"only in {number}"], str(number)) for number in range(1000)]
    table, runs = count(tmp_path, [docs[:400], docs[400:]], 64 * PAIR_MEMORY)
    assert table.count(["everywhere", "only in 7", "nowhere"]) == [1000, 1, 1]
    assert len(runs) > 30
    assert max(sizes) <= 64
    assert sum(sizes) == 2000


def test_a_table_says_what_it_was_made_for_and_its_hash_is_that_of_its_content(tmp_path: Path) -> None:
    table, _ = count(tmp_path, [[(["a", "b"], "x"), (["a"], "y")]], 2**20)
    content = (tmp_path / "table").read_bytes()
    digest = hashlib.sha256(hashlib.sha256(content[:8]).digest() + hashlib.sha256(content[8:16]).digest()).hexdigest()
    assert table.facts == TableFacts("s", "c", keys=2, shared=1, sha256=digest)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000-000.run", "table"]


def test_runs_are_found_in_and_read_by_place(tmp_path: Path) -> None:
    spill = Spill(str(tmp_path / "a"), 2**20)
    for number in range(300):
        spill.add([f"key {number % 50}"], str(number))
    spill.flush()
    (run,) = spill.runs
    keys, documents = run.read(0, run.size)
    pairs = [(int(key) << 64) + int(doc) for key, doc in zip(keys, documents, strict=True)]
    assert pairs == sorted(set(pairs))
    for place in (0, 1, 17, 299):
        assert run.find(pairs[place], 0, run.size) == place
        assert run.find(pairs[place] + 1, 0, run.size) == place + 1
    assert run.find(pairs[20], 50, 60) == 50
    assert run.find(2**128 - 1, 50, 60) == 60
    assert np.array_equal(run.read(3, 9)[1], documents[3:9])


def test_a_folder_that_is_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    spill = Spill(str(tmp_path / "gone" / "a"), 2**20)
    spill.add(["a"], "x")
    with pytest.raises(WriteError, match=r"can't write counts of the corpus to .*gone: No such file.*\[run\] scratch"):
        spill.flush()
    with pytest.raises(WriteError, match="gone"):
        merge([], str(tmp_path / "gone" / "table"), 2**20, step="s", config_sha256="c")


def test_documents_without_keys_make_an_empty_table(tmp_path: Path) -> None:
    table, runs = count(tmp_path, [[([], "x")], []], 2**20)
    assert runs == []
    assert table.count(["a"]) == [1]
    assert table.count([]) == []
