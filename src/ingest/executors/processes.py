"""Shards on worker processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ingest.executor import Executor, R, S

__all__ = ["Processes"]


class Processes(Executor):
    """Run the shards on worker processes of this machine, each watched over by a thread here."""

    name = "processes"

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        pool = ThreadPoolExecutor(min(self.workers, len(shards)) or 1)
        try:
            yield from _results(pool, function, shards, self.workers)
        finally:
            # Not to be waited for: after an error, calls that are under way end when the caller ends their workers.
            pool.shutdown(wait=False, cancel_futures=True)


def _results(pool: ThreadPoolExecutor, function: Callable[[S], R], shards: Sequence[S], workers: int) -> Iterator[R]:
    """Keep every worker busy without queueing all the shards at once."""
    waiting = iter(shards)
    running: set[Future[R]] = set()
    while True:
        while len(running) < 2 * workers and (shard := next(waiting, None)) is not None:
            running.add(pool.submit(function, shard))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
