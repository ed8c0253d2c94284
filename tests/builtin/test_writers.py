"""How the Parquet writer lays out the documents of a shard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.builtin.writers import files
from ingest.builtin.writers.parquet import Parquet
from ingest.document import Document
from ingest.output.folder import OutputFolder

LANGUAGES = ["en", "de", "zh-Hant", None, "../../evil", "EN", "con", "/etc", "", "e\n", "en/..", "und", "other\0"]
FOLDERS = ["de", "en", "other", "und", "zh-hant"]
WORDS = [f"word{number}" for number in range(5000)]


def make_documents(count: int, size: int) -> list[Document]:
    chosen = random.Random(1)
    return [
        Document(str(number), text=" ".join(chosen.choices(WORDS, k=size)), language=LANGUAGES[number % len(LANGUAGES)])
        for number in range(count)
    ]


def write(folder: Path, docs: Any, **options: Any) -> list[str]:
    output = OutputFolder(str(folder))
    names = Parquet(**options).write(iter(docs), output, 7, {"made": "by a test"}, {"score": "float64"})
    assert sorted(names) == output.own_files() == output.files()
    return names


def ids(path: Path) -> list[int]:
    return [int(value) for value in pq.ParquetFile(path).read(["id"])["id"].to_pylist()]


def test_files_end_near_the_size_that_is_asked_for_and_keep_the_order(tmp_path: Path) -> None:
    docs = make_documents(3000, 400)
    names = write(tmp_path, docs, file_bytes=2**20)
    assert names == [f"corpus/part-00007-{number:03d}.parquet" for number in range(len(names))]
    assert len(names) > 2
    assert max((tmp_path / name).stat().st_size for name in names) < 1.15 * 2**20
    assert min((tmp_path / name).stat().st_size for name in names[:-1]) > 0.7 * 2**20
    assert [id_ for name in names for id_ in ids(tmp_path / name)] == list(range(3000))


def test_one_file_has_the_second_number_too_when_sizes_are_asked_for(tmp_path: Path) -> None:
    assert write(tmp_path, make_documents(3, 5), file_bytes=2**30) == ["corpus/part-00007-000.parquet"]


@pytest.mark.parametrize("group", [2**25, 5000])
def test_languages_have_plain_folders_and_nothing_leaves_the_output(tmp_path: Path, group: int) -> None:
    docs = make_documents(400, 20)
    names = write(tmp_path / "out", docs, partition_by="language", row_group_bytes=group)
    assert sorted(names) == [f"corpus/{folder}/part-00007.parquet" for folder in FOLDERS]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for name in names:
        assert ids(tmp_path / "out" / name) == sorted(ids(tmp_path / "out" / name))
        assert pq.read_schema(tmp_path / "out" / name).metadata[b"made"] == b"by a test"
    read = [row for name in names for row in pq.ParquetFile(tmp_path / "out" / name).read().to_pylist()]
    assert {row["id"]: row["language"] for row in read} == {doc.id: doc.language for doc in docs}


def test_open_row_groups_share_the_memory_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = 0
    add, take = files.RowGroup.add, files.RowGroup.take

    def counted_add(self: files.RowGroup, row: Any) -> None:
        nonlocal held
        held += len(row["text"])
        assert held < 20_000 + 1000
        add(self, row)

    def counted_take(self: files.RowGroup) -> Any:
        nonlocal held
        held -= self.size
        return take(self)

    monkeypatch.setattr(files.RowGroup, "add", counted_add)
    monkeypatch.setattr(files.RowGroup, "take", counted_take)
    write(tmp_path, make_documents(500, 20), partition_by="language", row_group_bytes=20_000)
    assert held == 0


@pytest.mark.parametrize("options", [{}, {"partition_by": "language"}, {"file_bytes": 2**20}])
def test_a_shard_without_documents_has_the_schema(tmp_path: Path, options: dict[str, Any]) -> None:
    [name] = write(tmp_path, [], **options)
    assert pq.ParquetFile(tmp_path / name).metadata.num_rows == 0
    assert pq.read_schema(tmp_path / name).names[-1] == "score"


def test_a_full_row_group_at_the_very_end_is_followed_by_no_empty_one(tmp_path: Path) -> None:
    [name] = write(tmp_path, make_documents(4, 20), row_group_bytes=1)
    assert pq.ParquetFile(tmp_path / name).num_row_groups == 4


def test_a_shard_that_fails_leaves_no_file_in_any_folder(tmp_path: Path) -> None:
    def failing() -> Iterator[Document]:
        yield from make_documents(100, 20)
        raise KeyError

    with pytest.raises(KeyError):
        write(tmp_path, failing(), partition_by="language", row_group_bytes=5000)
    assert OutputFolder(str(tmp_path)).files() == []
