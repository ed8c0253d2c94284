"""Prove that a run is whole, and that what it says about itself is true."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.audit.accounts import check_balance, check_ids, check_rows
from ingest.audit.check import Check
from ingest.audit.files import check_files, check_leftovers, check_schema, check_shards
from ingest.audit.saved import SavedRun
from ingest.audit.texts import check_texts

__all__ = ["Check", "verify"]


def verify(run: SavedRun) -> Iterator[Check]:
    """Give one check after the other, as they are done.

    What is in a file is only looked at if the file is the one that the run wrote. Memory does not grow with the corpus.

    Raises:
        OutputError: the report of the run can't be read.
    """
    shards = check_shards(run)
    yield shards
    files, sound = check_files(run)
    yield files
    yield check_leftovers(run)
    yield check_balance(run)
    yield check_rows(run, sound)
    yield _ids(run, shards, files)
    yield check_schema(run, sound)
    yield check_texts(run, sound)


def _ids(run: SavedRun, shards: Check, files: Check) -> Check:
    if any(problem.where.startswith("shards/") for problem in (*shards.problems, *files.problems)):
        return Check(
            "ids", unit="ids stand once in the corpus", note="not looked at, since files in shards/ are damaged"
        )
    return check_ids(run)
