"""What happened in a run, as counters that add up and as a table people read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ingest.output.folder import WrittenFile

__all__ = ["Counted", "Counts", "Failure", "Report", "ShardReport"]


@dataclass(frozen=True, slots=True)
class Failure:
    """The first document that failed in one step with one error, for a look at what went wrong.

    Holds no text of the document: the full message is in the `quarantine` folder.
    """

    step: str
    error: str
    """Class of the error."""
    document: str
    """Where the document came from."""
    plugin: str
    """The plugin that offers the step."""
    place: str = ""
    """`FILE:LINE` where it was raised."""


@dataclass(slots=True)
class Counts:
    """Counters of a shard or of a run. Keys of two parts are `STEP/CODE`."""

    read: int = 0
    written: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    """Documents whose text a step changed, by step."""
    removed_pieces: Counter[str] = field(default_factory=Counter)
    """Pieces of text that a rule took out, by step and code."""
    removed_characters: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    charsets: Counter[str] = field(default_factory=Counter)
    characters_raw: int = 0
    """Characters decoded, in all documents that were read."""
    characters: int = 0
    """Characters in the corpus."""
    bytes_undecodable: int = 0

    def add(self, other: Counts) -> None:
        """Add the counters of another."""
        for name in self.__slots__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, name, mine + theirs)

    @property
    def n_dropped(self) -> int:
        """Documents dropped, all reasons together."""
        return self.dropped.total()

    @property
    def n_quarantined(self) -> int:
        """Documents in quarantine, all errors together."""
        return self.quarantined.total()

    def to_dict(self) -> dict[str, Any]:
        """Give the counters as plain values, sorted by key."""
        values = {name: getattr(self, name) for name in self.__slots__}
        counters = {name: dict(sorted(value.items())) for name, value in values.items() if isinstance(value, Counter)}
        return values | counters | {"balanced": self.balanced()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Give the counters that `to_dict` gave as plain values."""
        counts = cls()
        for name in cls.__slots__:
            value = values.get(name, 0)
            setattr(counts, name, Counter(value) if isinstance(value, dict) else value)
        return counts

    def balanced(self) -> bool:
        """Say whether every document that was read is accounted for."""
        return self.read == self.written + self.n_dropped + self.n_quarantined


@dataclass(slots=True)
class ShardReport:
    """What one shard did. Written down beside the corpus, it is the marker that says that the shard is done."""

    shard: int
    counts: Counts = field(default_factory=Counts)
    files: list[WrittenFile] = field(default_factory=list)
    """Files written, with their hashes."""
    failures: dict[str, Failure] = field(default_factory=dict)
    """The first failure of every kind, by `STEP/ERROR`."""
    seconds: float = 0.0
    """CPU seconds."""
    lost_workers: int = 0
    """Worker processes that died, or were ended for what they took, while they were at this shard."""
    retries: int = 0
    """How many times its documents in quarantine were tried again."""

    @property
    def written(self) -> int:
        """Documents written."""
        return self.counts.written

    def to_json(self) -> str:
        """Give the report as JSON text."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        plain["counts"] = self.counts.to_dict()
        plain["files"] = [asdict(file) for file in self.files]
        plain["failures"] = {key: asdict(failure) for key, failure in sorted(self.failures.items())}
        return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Give the report that `to_json` gave as text.

        Raises:
            ValueError, TypeError, KeyError, AttributeError: the text is no such report.
        """
        plain = json.loads(text)
        return cls(
            **plain
            | {
                "counts": Counts.from_dict(plain["counts"]),
                "files": [WrittenFile(**file) for file in plain["files"]],
                "failures": {key: Failure(**failure) for key, failure in plain["failures"].items()},
            }
        )


@dataclass(slots=True)
class Counted:
    """What was counted over the corpus for one step, in a pass of its own before the last one."""

    documents: int = 0
    """Documents that had something to count."""
    failed: int = 0
    """Documents that the step failed on; they are not in the counts."""
    keys: int = 0
    """Different keys."""
    shared: int = 0
    """Keys that more than one document holds."""
    sha256: str = ""
    """Hash of the keys and counts: the same input gives the same one, whatever the order of work."""
    seconds: float = 0.0
    """Wall-clock seconds."""
    cpu_seconds: float = 0.0
    lost_workers: int = 0
    """Worker processes that died, or were ended for what they took, while they counted."""

    def add(self, documents: int, failed: int, cpu_seconds: float, lost_workers: int) -> None:
        """Add what was counted in one shard."""
        self.documents += documents
        self.failed += failed
        self.cpu_seconds += cpu_seconds
        self.lost_workers += lost_workers


@dataclass(slots=True)
class Report:
    """What a run did; `report.json` holds it."""

    version: str
    config_hash: str
    workers: int
    inputs: int = 0
    """Input files."""
    input_bytes: int = 0
    counts: Counts = field(default_factory=Counts)
    counted: dict[str, Counted] = field(default_factory=dict)
    """By label, what was counted for the steps that see the corpus first."""
    failures: dict[str, Failure] = field(default_factory=dict)
    repeated_ids: list[str] = field(default_factory=list)
    """Ids that stand more than once in the corpus, at most ten."""
    lost_workers: int = 0
    """Worker processes that died, or were ended for what they took."""
    shards: int = 0
    shards_before: int = 0
    """Shards that an earlier start of the same run had done."""
    files: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """Wall-clock seconds."""
    cpu_seconds: float = 0.0
    _first_failed: dict[str, int] = field(default_factory=dict)

    def add(self, shard: ShardReport) -> None:
        """Add what a shard did, in whatever order: of the failures of a kind that of the first shard stays."""
        self.shards += 1
        self.counts.add(shard.counts)
        self.files += [file.name for file in shard.files]
        self.lost_workers += shard.lost_workers
        self.cpu_seconds += shard.seconds
        for key, failure in shard.failures.items():
            if shard.shard <= self._first_failed.get(key, shard.shard):
                self.failures[key], self._first_failed[key] = failure, shard.shard

    @property
    def clean(self) -> bool:
        """Say whether everything was accounted for and nothing failed."""
        counted = not any(counted.failed for counted in self.counted.values())
        return counted and not self.counts.n_quarantined and not self.repeated_ids and self.counts.balanced()

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values, counters sorted by key."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if not name.startswith("_")}
        plain["counts"] = self.counts.to_dict()
        plain["counted"] = {label: _rounded(asdict(counted)) for label, counted in self.counted.items()}
        plain["failures"] = {key: asdict(failure) for key, failure in sorted(self.failures.items())}
        seconds = self.seconds or 1e-9
        plain["documents_per_second"] = round(self.counts.read / seconds, 2)
        plain["megabytes_per_second"] = round(self.input_bytes / seconds / 1e6, 3)
        return plain

    def to_json(self) -> str:
        """Give the report as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}
