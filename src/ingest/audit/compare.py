"""In what two runs differ: documents, steps, configs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import numpy as np

from ingest.audit.replay import StepRecord, read_records
from ingest.audit.saved import SavedRun
from ingest.config import show_path
from ingest.ledger import differences
from ingest.output.folder import CORPUS, DROPPED, QUARANTINE, REMOVED
from ingest.report import Counts

__all__ = ["Comparison", "Difference", "compare"]

_BATCH = 1024
# What a document is in an array: hash of its id; the folder that it ended in, and hashes of its text and of its other fields.
_DOCUMENT = np.dtype([("id", "<u8"), ("content", "<u8")])
_FOLDER, _TEXT = np.uint64(62), np.uint64(31)
_HASH = np.uint64(2**31 - 1)
# What a step did to a document: hash of the id; place of the step in the record, its number, and hash of what it did.
_STEP = np.dtype([("id", "<u8"), ("place", "<u2"), ("step", "<u2"), ("record", "<u8")])
_EDIT = ("code", "value", "start", "end", "removed", "inserted")
_ENDS = {CORPUS: "written", DROPPED: "dropped", QUARANTINE: "quarantined"}
_FOLDERS = tuple(_ENDS)
_OF_THE_AUDIT = ("changed", "removed_pieces", "removed_characters")
_Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One document that is not the same in both runs."""

    id: str
    kind: str
    """`only in the first`, `only in the second`, `outcome`, `text`, `fields`, or `copies` if its id stands more often in one."""
    detail: str = ""
    """How it ended in each, or which fields differ."""
    step: str = ""
    """The first step whose record differs; only where both runs have a full audit."""


@dataclass(slots=True)
class Comparison:
    """In what two runs differ."""

    documents: tuple[int, int] = (0, 0)
    """Documents in each, whatever their end."""
    differences: list[Difference] = field(default_factory=list)
    """The first documents that differ."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Documents that differ, by kind, all of them."""
    config: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """Keys of the configs whose values differ."""
    counters: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Counters by step and code that differ."""
    first_steps: dict[str, int] = field(default_factory=dict)
    """By step, the documents whose record differs from there on; only where both runs have a full audit."""

    @property
    def n_different(self) -> int:
        """Documents that differ."""
        return sum(self.kinds.values())

    @property
    def same(self) -> bool:
        """Whether all documents are the same and were treated the same. Configs may differ without a consequence."""
        return not (self.n_different or self.counters or self.first_steps)

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as plain values."""
        return asdict(self) | {"same": self.same}


def compare(one: SavedRun, other: SavedRun, limit: int = 20) -> Comparison:
    """Compare two runs by the ids of their documents. No texts are held, but 16 bytes of each document and 20 of each step.

    Args:
        one: a run.
        other: another one.
        limit: how many documents that differ to name.

    Raises:
        OutputError: a report can't be read.
    """
    arrays = [_documents(run) for run in (one, other)]
    result = Comparison(documents=(len(arrays[0]), len(arrays[1])))
    result.config = {
        show_path(path, 0): (before, after) for path, before, after in differences(_config(one), _config(other))
    }
    result.counters = _counter_differences(_total(one), _total(other), _comparable(one, other))
    kinds = _kinds(*arrays)
    result.kinds = {kind: len(ids) for kind, ids in kinds.items() if len(ids)}
    steps: dict[int, str] = {}
    chosen = dict(islice(((id_, kind) for kind, ids in kinds.items() for id_ in ids[:limit].tolist()), limit))
    if one.audit == other.audit == "full":
        firsts = _first_steps((one, other), np.intersect1d(arrays[0]["id"], arrays[1]["id"]))
        result.first_steps = {step: len(ids) for step, ids in firsts.items()}
        steps = {id_: step for step, ids in firsts.items() for id_ in chosen if id_ in ids}
    found = [_find(run, chosen.keys()) for run in (one, other)]
    result.differences = [
        _difference(kind, found[0].get(id_), found[1].get(id_), steps.get(id_, "")) for id_, kind in chosen.items()
    ]
    return result


# Documents


def _documents(run: SavedRun) -> _Array:
    """Give an entry for every document of a run, sorted."""
    entries = ((_hash(row["id"]), _content(folder, row)) for folder, _, row in _rows(run))
    return np.sort(np.fromiter(entries, _DOCUMENT))


def _rows(run: SavedRun, columns: Iterable[str] | None = None) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Give every document of a run, with the number of its folder and its file."""
    wanted = list(columns) if columns is not None else None
    for report in run.shards():
        for number, folder in enumerate(_FOLDERS):
            for name in run.files_of(report, folder):
                for row in run.rows(name, wanted):
                    yield number, name, row


def _content(folder: int, row: Mapping[str, Any]) -> int:
    """Give the folder and the hashes of text and fields in one number."""
    text = row.get("text") or row.get("content") or ""
    fields = repr([(key, value) for key, value in row.items() if key not in ("text", "content")])
    return folder << int(_FOLDER) | (_hash(text) & int(_HASH)) << int(_TEXT) | _hash(fields) & int(_HASH)


def _hash(value: str | bytes) -> int:
    content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _kinds(one: _Array, other: _Array) -> dict[str, _Array]:
    """Give the hashes of the ids of the documents that differ, by what they differ in."""
    gone, came = np.setdiff1d(one, other), np.setdiff1d(other, one)
    ids, here, there = np.intersect1d(gone["id"], came["id"], return_indices=True)
    changed = gone["content"][here] ^ came["content"][there]
    outcome, text = changed >> _FOLDER != 0, (changed >> _TEXT) & _HASH != 0
    only = [np.setdiff1d(side["id"], whole["id"]) for side, whole in ((gone, other), (came, one))]
    repeated = np.setdiff1d(np.union1d(gone["id"], came["id"]), np.concatenate([ids, *only]))
    return {
        "only in the first": only[0],
        "only in the second": only[1],
        "outcome": ids[outcome],
        "text": ids[text & ~outcome],
        "fields": ids[~text & ~outcome],
        "copies": repeated,
    }


# Steps


def _first_steps(runs: tuple[SavedRun, SavedRun], both: _Array) -> dict[str, _Array]:
    """Give, by step, the hashes of the ids of the documents whose records differ from there on."""
    numbers: dict[str, int] = {}
    one, other = (np.sort(np.fromiter(_step_entries(run, numbers), _STEP)) for run in runs)
    different = np.sort(np.concatenate([np.setdiff1d(one, other), np.setdiff1d(other, one)]))
    # A text that is withheld on one side can't be compared.
    hidden = different["id"][different["record"] == 0]
    different = different[
        np.isin(different["id"], both) & ~((different["place"] == 0) & np.isin(different["id"], hidden))
    ]
    _, first = np.unique(different["id"], return_index=True)
    firsts = different[first]
    by_step = {step: firsts["id"][firsts["step"] == number] for step, number in numbers.items()}
    return {step: ids for step, ids in by_step.items() if len(ids)}


def _step_entries(run: SavedRun, numbers: dict[str, int]) -> Iterator[tuple[int, int, int, int]]:
    for report in run.shards():
        for name in run.files_of(report, REMOVED):
            for record in read_records(run.rows(name, batch=_BATCH)):
                for place, step in enumerate(record.steps):
                    number = numbers.setdefault(step.step, len(numbers))
                    yield _hash(record.id), place, number, _step_hash(step)


def _step_hash(step: StepRecord) -> int:
    """Hash what a step did; of the one that began the text the text, 0 if that is withheld."""
    if step.is_birth:
        return int(step.hash_after or "0", 16)
    return _hash(repr([[row[name] for name in _EDIT] for row in step.rows]))


def _total(run: SavedRun) -> Counts:
    total = Counts()
    for report in run.shards():
        total.add(report.counts)
    return total


def _comparable(one: SavedRun, other: SavedRun) -> list[str]:
    """Name the counters that both runs kept: other levels of the audit count other things."""
    return [name for name in Counts.__slots__ if one.audit == other.audit or name not in _OF_THE_AUDIT]


def _counter_differences(one: Counts, other: Counts, names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Give the counters that differ."""
    differences: dict[str, tuple[int, int]] = {}
    for name in names:
        mine, theirs = (
            value if isinstance(value, Mapping) else {"": value} for value in (getattr(one, name), getattr(other, name))
        )
        for key in sorted({*mine, *theirs}):
            if mine.get(key, 0) != theirs.get(key, 0):
                differences[f"{name} {key}".strip()] = mine.get(key, 0), theirs.get(key, 0)
    return differences


# Configs


def _config(run: SavedRun) -> dict[str, Any]:
    """Give what decides about the output, the steps by their labels and with their order."""
    config = dict(run.record.get("decisive", {}))
    steps: dict[str, Any] = {}
    for step in config.pop("steps", []):
        name = str(step.get("use"))
        count = sum(label.partition("#")[0] == name for label in steps)
        steps[f"{name}#{count + 1}" if count else name] = {key: value for key, value in step.items() if key != "use"}
    return config | {"steps": steps, "order of steps": " ".join(steps)}


# The documents that are named


def _find(run: SavedRun, hashes: Collection[int]) -> dict[int, tuple[int, Mapping[str, Any]]]:
    """Give folder and row of some documents by the hashes of their ids."""
    found: dict[int, tuple[int, Mapping[str, Any]]] = {}
    for (folder, name), rows in groupby(_rows(run, ["id"]), itemgetter(0, 1)):
        ids = [row["id"] for _, _, row in rows if _hash(row["id"]) in hashes]
        for _, row in run.find(name, ids) if ids else ():
            found.setdefault(_hash(row["id"]), (folder, row))
    return found


def _difference(
    kind: str, one: tuple[int, Mapping[str, Any]] | None, other: tuple[int, Mapping[str, Any]] | None, step: str
) -> Difference:
    sides = [side for side in (one, other) if side is not None]
    id_ = str(sides[0][1]["id"]) if sides else ""
    details = [_outcome(*side) for side in sides]
    if len(sides) == 2 and kind in ("text", "fields"):
        before, after = sides[0][1], sides[1][1]
        details = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Difference(id_, kind, (" → " if kind == "outcome" else ", ").join(details), step)


def _outcome(folder: int, row: Mapping[str, Any]) -> str:
    end = _ENDS[_FOLDERS[folder]]
    reason = "/".join(str(row[name]) for name in ("step", "code", "error") if row.get(name) is not None)
    return f"{end} ({reason})" if reason else end
