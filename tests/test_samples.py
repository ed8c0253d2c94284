"""The bundled samples through the default recipe, against what a reader says must come out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ingest.config import Source, load
from ingest.document import Document, Dropped
from ingest.pipeline import Outcome, Pipeline
from ingest.plan import make_plan
from ingest.shards import read_shard
from ingest.testing import plain

FIELDS = ("charset", "language", "title", "site", "authors", "published")
ROOT = Path(__file__).parents[1]
GOLD: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/samples.toml").read_text(encoding="utf-8"))["sample"]


def place(gold: dict[str, Any]) -> str:
    record = f"#{gold['record']}" if "record" in gold else ""
    return f"samples/{gold['path']}{record}"


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    config = load(Source('[read]\npaths = ["samples"]\n[write]\npath = "unused"', "samples", str(ROOT)))
    docs = [doc for shard in make_plan(config).shards for doc in read_shard(shard, config)]
    assert all(isinstance(doc, Document) for doc in docs)
    ready = [doc for doc in docs if isinstance(doc, Document)]
    return {str(doc.file_path): outcome for doc, outcome in zip(ready, Pipeline(config).run(ready), strict=True)}


def test_every_sample_has_its_gold_and_every_gold_its_sample(outcomes: dict[str, Outcome]) -> None:
    assert sorted(outcomes) == sorted(map(place, GOLD))


@pytest.mark.parametrize("gold", GOLD, ids=place)
def test_sample(gold: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    result = outcomes[place(gold)].result
    if gold["outcome"] == "dropped":
        assert isinstance(result, Dropped)
        assert result.reason.code == gold["code"]
        return
    assert isinstance(result, Document)
    missing = [piece for piece in gold["with"] if piece not in result.text]
    left = [piece for piece in gold["without"] if piece in result.text]
    wrong = [name for name in FIELDS if name in gold and not _is_right(name, plain(getattr(result, name)), gold[name])]
    assert missing == gold.get("missing", [])
    assert left == gold.get("left", [])
    assert wrong == gold.get("wrong", [])


def _is_right(name: str, found: Any, wanted: Any) -> bool:
    if name == "published":
        return str(found or "").startswith(wanted)
    if name == "authors":
        wanted = [{key: value for key, value in author.items() if value != []} for author in wanted]
    return bool(found == wanted)
