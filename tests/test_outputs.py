"""The corpus, read by the tools that people use."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from ingest.cli import run_command

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a corpus of several files, with documents dropped beside it."""
    out = tmp_path_factory.mktemp("corpus")
    config = out / "config.toml"
    config.write_text(
        f'[read]\npaths = ["{SAMPLES.as_posix()}"]\n[write]\npath = "out"\n[run]\nexecutor = "serial"\nshard_files = 10\n'
    )
    assert run_command(["run", str(config), "-q"]) == 0
    return out / "out/corpus"


@pytest.fixture(scope="module")
def sorted_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a corpus with a folder for each language, and more than one file in some of them."""
    out = tmp_path_factory.mktemp("sorted")
    config = out / "config.toml"
    config.write_text(
        f'[read]\npaths = ["{SAMPLES.as_posix()}"]\n[write]\npath = "out"\n[write.parquet]\npartition_by = "language"\n'
        '[run]\nexecutor = "serial"\nshard_files = 10\n'
        + "".join(f'[[steps]]\nuse = "{name}"\n' for name in ("decode", "extract", "language"))
    )
    assert run_command(["run", str(config), "-q"]) == 0
    return out / "out/corpus"


AUTHOR = {
    "name": "Dana Whitlock",
    "emails": ["dwhitlock@harbourledger.example"],
    "handles": [{"network": "twitter", "handle": "danawhitlock"}],
}


def test_pyarrow_reads_the_folder_with_one_schema(corpus: Path) -> None:
    table = pq.read_table(corpus)
    assert table.num_rows == 38
    assert len({pq.read_schema(file).to_string() for file in corpus.glob("*.parquet")}) == 1
    assert ds.dataset(corpus, format="parquet").count_rows() == 38
    rows = table.filter(ds.field("file_path") == str(SAMPLES / "news/harbour-cranes.html")).to_pylist()
    assert rows[0]["authors"] == [AUTHOR]


def test_duckdb_reads_the_folder_and_queries_authors(corpus: Path) -> None:
    query = f"SELECT a.name, a.emails[1] FROM (SELECT unnest(authors) AS a FROM '{corpus.as_posix()}/*.parquet')"
    assert ("Dana Whitlock", "dwhitlock@harbourledger.example") in duckdb.sql(query).fetchall()
    described = duckdb.sql(
        f"SELECT map_from_entries(metadata)['description'] FROM '{corpus.as_posix()}/*.parquet'"
    ).fetchall()
    assert any(value for (value,) in described)


def test_pandas_reads_the_folder(corpus: Path) -> None:
    frame = pd.read_parquet(corpus)
    assert len(frame) == 38
    assert frame["n_chars"].sum() == frame["text"].str.len().sum()
    assert frame["language_score"].dtype == "float64"


def test_polars_reads_the_folder(corpus: Path) -> None:
    frame = pl.read_parquet(corpus)
    assert frame.height == 38
    german = pl.scan_parquet(corpus).filter(pl.col("language") == "de").select("file_path").collect()
    assert german.height == 3
    assert frame.explode("authors").select(pl.col("authors").struct.field("name")).drop_nulls().height > 15


def test_all_tools_read_a_corpus_that_is_sorted_into_languages(sorted_corpus: Path) -> None:
    names = {path.name for path in sorted_corpus.iterdir()}
    assert {"de", "en"} <= names
    assert len(list(sorted_corpus.glob("en/*.parquet"))) > 1
    table = pq.read_table(sorted_corpus)
    rows = table.num_rows
    assert {"und" if value is None else value for value in table["language"].to_pylist()} == names
    assert {pq.read_schema(file).to_string() for file in sorted_corpus.rglob("*.parquet")} == {table.schema.to_string()}
    german = table.filter(ds.field("language") == "de").num_rows
    assert german > 2
    assert ds.dataset(sorted_corpus, format="parquet").count_rows() == rows
    frame = pd.read_parquet(sorted_corpus)
    assert (len(frame), (frame["language"] == "de").sum()) == (rows, german)
    assert pl.read_parquet(sorted_corpus).height == rows
    assert pl.read_parquet(sorted_corpus / "de").height == german
    counted = "SELECT count(*), count(*) FILTER (language = 'de')"
    assert duckdb.sql(f"{counted} FROM '{sorted_corpus.as_posix()}/**/*.parquet'").fetchall() == [(rows, german)]
