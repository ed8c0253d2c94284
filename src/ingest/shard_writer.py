"""What came of a shard, on its way into the output folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

from ingest.config import Config
from ingest.document import Document, Dropped
from ingest.errors import IngestError, WriteError
from ingest.output.folder import DROPPED, QUARANTINE, REMOVED, OutputFolder
from ingest.output.ids import IdFile
from ingest.output.sidecar import Sidecar, change_columns, dropped_row
from ingest.pipeline import Failed, Outcome, place_of
from ingest.quarantine import failed_row
from ingest.report import Failure, ShardReport

__all__ = ["ShardWriter", "footer"]

SCHEMA_VERSION = "1"


class ShardWriter:
    """Writes what came of one shard: sorts the outcomes into corpus, sidecars and counters.

    Args:
        config: the config.
        folder: the output folder.
        shard: number of the shard.
    """

    def __init__(self, config: Config, folder: OutputFolder, shard: int) -> None:
        self._config = config
        self._folder = folder
        self._audit = config.run.audit
        self._ids = IdFile(folder, shard)
        self.report = ShardReport(shard)

    def write(self, outcomes: Iterable[Outcome]) -> ShardReport:
        """Write all files of the shard and give the report of it.

        Raises:
            WriteError: a file can't be written, or the writer failed.
        """
        with ExitStack() as stack:
            self._sidecars = {
                kind: stack.enter_context(Sidecar(kind, self._folder, self.report.shard))
                for kind in (DROPPED, QUARANTINE, REMOVED)
            }
            names = self._write_corpus(outcomes)
        names += [sidecar.name for sidecar in self._sidecars.values() if sidecar.written]
        names.append(self._ids.write())
        self.report.files = [self._folder.written[name] for name in sorted(names)]
        return self.report

    def _write_corpus(self, outcomes: Iterable[Outcome]) -> list[str]:
        config = self._config
        documents = (doc for outcome in outcomes for doc in self._sort(outcome))
        owner = config.plugins.owner(type(config.writer)).plugin
        writer = f"the writer {config.writer.name!r} of plugin {owner!r}"
        shard = self.report.shard
        try:
            names = list(config.writer.write(documents, self._folder, shard, footer(config), config.columns))
        except IngestError:
            raise
        except Exception as error:
            # The message may quote a document, so that it is left out here.
            what = f"{writer} failed on shard {shard}: {type(error).__name__} at {place_of(error)}"
            raise WriteError(what) from error
        if next(documents, None) is not None:
            raise WriteError(f"{writer} stopped before the last document of shard {shard}; it has to take all of them")
        if foreign := [name for name in names if name not in self._folder.written]:
            raise WriteError(f"{writer} names {foreign[0]!r}, which it did not write through `folder.create`")
        return names

    def _sort(self, outcome: Outcome) -> Iterator[Document]:
        self.report.counts.read += 1
        result = outcome.result
        if isinstance(result, Failed):
            # What was done to it before is not on record: it is done once more when the document is tried again.
            self._quarantine(result, outcome.source)
            return
        doc = result if isinstance(result, Document) else result.document
        self._count_changes(doc, outcome)
        if isinstance(result, Dropped):
            self.report.counts.dropped[f"{outcome.step}/{result.reason.code}"] += 1
            self._sidecars[DROPPED].add(dropped_row(result, outcome.step))
        else:
            self._count_written(result)
            self._ids.add(doc.id)
            yield result

    def _count_written(self, doc: Document) -> None:
        counts = self.report.counts
        counts.written += 1
        counts.characters += len(doc.text)
        if doc.language is not None:
            counts.languages[doc.language] += 1

    def _count_changes(self, doc: Document, outcome: Outcome) -> None:
        counts = self.report.counts
        counts.characters_raw += int(doc.n_chars_raw)
        counts.bytes_undecodable += _number(doc.metadata.get("undecodable_bytes"))
        if doc.charset is not None:
            counts.charsets[doc.charset] += 1
        if self._audit == "off":
            return
        for change in outcome.changes:
            counts.changed[change.step] += 1
            for edit in change.edits:
                key = f"{change.step}/{edit.reason.code}"
                counts.removed_pieces[key] += 1
                counts.removed_characters[key] += int(edit.end - edit.start)
        if self._audit == "full":
            self._sidecars[REMOVED].extend(change_columns(doc, outcome.changes))

    def _quarantine(self, failed: Failed, source: Document) -> None:
        key = f"{failed.step}/{failed.error}"
        self.report.counts.quarantined[key] += 1
        document = failed.document.file_path or failed.document.id
        failure = Failure(failed.step, failed.error, document, failed.plugin, failed.place)
        self.report.failures.setdefault(key, failure)
        self._sidecars[QUARANTINE].add(failed_row(failed, source))


def footer(config: Config) -> dict[str, str]:
    """Give what goes into the metadata of every file of the corpus."""
    return {
        "ingest.schema_version": SCHEMA_VERSION,
        "ingest.version": version("ingest"),
        "ingest.config_sha256": config.hash,
    }


def _number(value: Any) -> int:
    """Give the number that a text says. The input may have an entry of that name too, with anything in it."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else 0
