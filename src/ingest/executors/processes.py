"""Shards on a pool of worker processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess

from ingest.errors import WorkerError
from ingest.executor import Executor, R, S

__all__ = ["Processes"]

# Seconds for a worker to end when it is told to.
PATIENCE = 3.0


class Processes(Executor):
    """Run the shards on worker processes of this machine."""

    name = "processes"

    def map(self, function: Callable[[S], R], shards: Sequence[S]) -> Iterator[R]:
        workers = min(self.workers, len(shards)) or 1
        # spawn everywhere: a forked child inherits the threads' locks of Arrow and others in whatever state they are.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
        strangers = set(multiprocessing.active_children())
        try:
            yield from _results(pool, function, shards, workers)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end([child for child in multiprocessing.active_children() if child not in strangers])
            raise
        pool.shutdown()


def _end(children: Sequence[BaseProcess]) -> None:
    """End processes, those in native code that hears no request to stop as well."""
    for child in children:
        child.terminate()
    for child in children:
        child.join(PATIENCE)
        if child.is_alive():
            child.kill()
            child.join()


def _results(pool: ProcessPoolExecutor, function: Callable[[S], R], shards: Sequence[S], workers: int) -> Iterator[R]:
    """Keep every worker busy without queueing all the shards at once."""
    waiting = iter(shards)
    running: dict[Future[R], S] = {}
    while True:
        while len(running) < 2 * workers and (shard := next(waiting, None)) is not None:
            running[pool.submit(function, shard)] = shard
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            try:
                result = future.result()
            except BrokenProcessPool as error:
                raise WorkerError(_obituary(list(running.values()))) from error
            del running[future]
            yield result


def _obituary(shards: list[S]) -> str:
    numbers = ", ".join(str(getattr(shard, "number", shard)) for shard in shards)
    return (
        f"a worker process died while one of these shards was running: {numbers}; it was killed, ran out of memory or "
        "crashed in native code. Run with --workers 1 to see which document it was"
    )


def _start_worker() -> None:
    """Leave Ctrl-C to the main process, which ends the workers in order, and end with it if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the main process to go. A worker left alone would write into a folder that is no longer its own."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
