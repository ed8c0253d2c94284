"""Watches over a worker process: whatever a document does to it, the rest of its shard is done."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from ingest.errors import WorkerError
from ingest.workers.place import ELSEWHERE, NO_EXCUSES, READING, STEPS, Death, Excuses, Spot
from ingest.workers.worker import Worker

__all__ = ["Limits", "Supervised"]

# Seconds between two looks at a worker.
POLL = 0.1
# So many workers may die of one document. The first time may be bad luck: a machine short of memory, an operator's kill.
MOST_DEATHS = 2
# So many workers may die of one shard while they are neither reading nor at a document.
MOST_IDLE_DEATHS = 3
MEGABYTE = 10**6
# Seconds to wait at the end for threads to let go of their workers.
PATIENCE = 10.0
# What the first document of a worker may take at least.
FIRST_SECONDS = 60.0
FIRST_MEMORY = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take."""

    seconds: float
    """Wall-clock seconds, and as many again for each further megabyte."""
    memory: int
    """Bytes of memory, on top of what the worker took when it began its shard."""

    def seconds_at(self, spot: Spot) -> float:
        """Give the seconds that what is at work may take."""
        documents = 1 if spot.phase == READING else 1 + spot.last - spot.first
        return self.seconds * (documents + spot.size // MEGABYTE)

    def for_the_first(self, phase: int) -> Limits:
        """Give the limits for the first document of a worker: steps load their models with it, reading takes none."""
        seconds = self.seconds if phase == READING else max(self.seconds, FIRST_SECONDS)
        return Limits(seconds, max(self.memory, FIRST_MEMORY))

    def overrun(self, spot: Spot, seconds: float, memory: int) -> Death | None:
        """Say which limit is overrun by what is at work, if one is."""
        allowed = self.seconds_at(spot)
        if seconds > allowed:
            return Death("TimeLimit", f"took more than {allowed:g} seconds ([run] document_seconds)")
        if memory > self.memory:
            return Death("MemoryLimit", f"took more than {self.memory:,} bytes of memory ([run] document_memory)")
        return None


class Supervised:
    """Calls a shard function in a worker process, one for each thread that calls, which lives on for the next shard.

    A worker that overruns the limits is killed. Whether it was, or died by itself, its shard is begun anew in another one.
    A document of which two workers died is left out and goes to quarantine, and a task whose reading did so is read up to
    there. The files of a shard come into being with its end, so that nothing is left of an attempt that failed.

    Args:
        function: a `ShardFunction`.
        limits: what one document may take.
    """

    def __init__(self, function: Any, limits: Limits) -> None:
        self._function = function
        self._limits = limits
        self._own = threading.local()
        self._lock = threading.Lock()
        self._workers: dict[Worker, threading.Thread] = {}
        self._closed = threading.Event()
        self._calls = 0
        self._quiet = threading.Condition(self._lock)

    def __reduce__(self) -> tuple[type[Supervised], tuple[Any, Limits]]:
        return type(self), (self._function, self._limits)

    def __call__(self, shard: Any) -> Any:
        """Do the work of one shard.

        Raises:
            WorkerError: workers died of no document, or the run is over.
        """
        with self._lock:
            self._calls += 1
        try:
            return self._do(shard)
        finally:
            with self._quiet:
                self._calls -= 1
                self._quiet.notify_all()

    def _do(self, shard: Any) -> Any:
        suspicions = _Suspicions()
        while True:
            worker = self._worker()
            before = worker.memory()
            worker.send(shard, suspicions.excuses)
            death = self._watch(worker, before)
            if death is None:
                lives, result = self._answer(worker)
                if lives:
                    worker.is_warm |= worker.spot().opening >= 0
                    self._retire_if_grown(worker)
                    result.lost_workers = suspicions.deaths
                    return result
                death = Death("Crash", f"the worker process {worker.how_it_died()}")
            spot = worker.spot()
            self._let_go(worker)
            suspicions.note(spot, death, shard)

    def close(self) -> None:
        """End all workers, at once where they are at work. Threads that wait for one are told that the run is over."""
        self._closed.set()
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.end()
        with self._quiet:
            # A thread that was just starting a worker ends it by itself.
            self._quiet.wait_for(lambda: not self._calls, PATIENCE)

    def _worker(self) -> Worker:
        """Give the worker of this thread; a new one if it has none."""
        if self._closed.is_set():
            raise WorkerError("the run is over")
        worker: Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            self._end_orphans()
            worker = self._own.worker = Worker(self._function)
            self._own.memory = 0
            with self._lock:
                self._workers[worker] = threading.current_thread()
            if self._closed.is_set():
                self._let_go(worker)
        return worker

    def _end_orphans(self) -> None:
        """End the workers of threads that are no more, as of an executor that takes a new thread for every shard."""
        with self._lock:
            orphans = [worker for worker, thread in self._workers.items() if not thread.is_alive()]
            for worker in orphans:
                del self._workers[worker]
        for worker in orphans:
            worker.end()

    def _let_go(self, worker: Worker) -> None:
        """Part with a worker, dead or alive."""
        self._own.worker = None
        with self._lock:
            self._workers.pop(worker, None)
        worker.kill()
        if self._closed.is_set():
            raise WorkerError("the run is over")

    def _watch(self, worker: Worker, before: int) -> Death | None:
        """Wait until the worker has an answer or is dead. One that takes too much is killed; say of what."""
        turn, since = -1, 0.0
        while not worker.wait(POLL):
            spot, now = worker.spot(), time.monotonic()
            if spot.turn != turn:
                turn, since = spot.turn, now
            if spot.phase == ELSEWHERE:
                continue
            if spot.phase == STEPS and spot.first > spot.opening and not worker.is_warm:
                worker.is_warm, before = True, max(before, worker.memory())
            limits = self._limits if worker.is_warm else self._limits.for_the_first(spot.phase)
            if (death := limits.overrun(spot, now - since, worker.memory() - before)) is not None:
                return death
        return None

    def _answer(self, worker: Worker) -> tuple[bool, Any]:
        try:
            return worker.answer()
        except BaseException:
            # What the function raised ends the run; the worker is fit for no other.
            self._let_go(worker)
            raise

    def _retire_if_grown(self, worker: Worker) -> None:
        """Take a new worker for the next shard if this one keeps what it took: a leak is not the next document's fault."""
        memory = worker.memory()
        first: int = self._own.memory or memory
        self._own.memory = first
        if memory - first > self._limits.memory // 2:
            self._let_go(worker)


class _Suspicions:
    """What workers died of, and what the next one leaves out for it."""

    def __init__(self) -> None:
        self.excuses: Excuses = NO_EXCUSES
        self.deaths = 0
        self._counts: Counter[tuple[int, int, int]] = Counter()

    def note(self, spot: Spot, death: Death, shard: Any) -> None:
        """Put down what a worker was at when it died.

        Raises:
            WorkerError: it is no document's doing.
        """
        self.deaths += 1
        death = replace(death, step=spot.step)
        if spot.phase == ELSEWHERE:
            self._note_idle(death, shard)
        elif spot.phase == READING:
            if self._is_sure(spot):
                self._excuse(tasks=self.excuses.tasks | {spot.first: (spot.last, death)})
        elif spot.first != spot.last:
            self._excuse(single=self.excuses.single | set(range(spot.first, spot.last + 1)))
        elif self._is_sure(spot):
            self._excuse(documents=self.excuses.documents | {spot.first: death})

    def _is_sure(self, spot: Spot) -> bool:
        key = (spot.phase, spot.first, spot.last)
        self._counts[key] += 1
        return self._counts[key] >= MOST_DEATHS

    def _excuse(self, **changes: Any) -> None:
        self.excuses = replace(self.excuses, **changes)

    def _note_idle(self, death: Death, shard: Any) -> None:
        self._counts[ELSEWHERE, 0, 0] += 1
        if self._counts[ELSEWHERE, 0, 0] >= MOST_IDLE_DEATHS:
            number = getattr(shard, "number", shard)
            raise WorkerError(
                f"shard {number} could not be done: {death.message}, {MOST_IDLE_DEATHS} times over, while it was neither "
                "reading nor at a document. Is the machine short of memory, or does stderr say why?"
            )
