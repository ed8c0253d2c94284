"""A worker process: one that does shards, and the handle on it in the process that watches over it."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import RawArray
from typing import Any

import psutil

from ingest.errors import WorkerError
from ingest.workers.place import CELLS, Excuses, Place, Spot

__all__ = ["Worker", "check_not_starting"]

# Seconds for a worker to end when there is no more work for it.
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class _Reply:
    """What came of a shard: the result, or the error."""

    result: Any = None
    error: BaseException | None = None
    trace: str = ""


class _TraceError(Exception):
    """Holds the traceback of a worker, as the cause of an error that came from there."""

    def __str__(self) -> str:
        return "".join(map(str, self.args))


class Worker:
    """A process that calls a function with one shard after the other.

    Args:
        function: what to call, with a shard and excuses; it notes in its attribute `place` how far it is.
    """

    def __init__(self, function: Any) -> None:
        # spawn everywhere: a forked child inherits the threads' locks of Arrow and others in whatever state they are.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        cells: Any = RawArray(ctypes.c_int64, CELLS)
        self._place = Place(cells)
        self._process = context.Process(
            target=_serve, args=(theirs, cells, function, os.getpid()), name="ingest worker"
        )
        with _ctrl_c_held():
            self._process.start()
        theirs.close()
        self._memory = psutil.Process(self._process.pid)
        self._busy = False
        self.is_warm = False
        """Whether it has done a document, so that its steps have loaded what they need."""

    def send(self, shard: Any, excuses: Excuses) -> None:
        """Hand over a shard. If the worker is dead already, `wait` will tell."""
        self._place.begin()
        self._busy = True
        with contextlib.suppress(OSError):
            self._connection.send((shard, excuses))

    def wait(self, seconds: float) -> bool:
        """Wait until the worker has an answer or is dead, at most so long, and say whether it is so."""
        return bool(wait([self._connection, self._process.sentinel], seconds))

    def answer(self) -> tuple[bool, Any]:
        """Say whether the worker lives, and give the result of the shard.

        Raises:
            Exception: whatever the function raised in the worker.
        """
        try:
            reply = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(PATIENCE)
            return False, None
        self._busy = False
        if reply.error is not None:
            raise reply.error from _TraceError(reply.trace)
        return True, reply.result

    def spot(self) -> Spot:
        """Say where the work is, or was when the worker died."""
        return self._place.spot()

    def memory(self) -> int:
        """Give the bytes of memory that the worker takes; 0 if it is dead."""
        try:
            return int(self._memory.memory_info().rss)
        except psutil.Error:
            return 0

    def how_it_died(self) -> str:
        """Say what ended the process, as the end of a sentence."""
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"ended with status {code}"
        try:
            return f"died of {signal.Signals(-code).name}"
        except ValueError:
            return f"died of signal {-code}"

    def end(self) -> None:
        """End the process: in order if it has nothing to do, else at once. Whoever waits for its answer sees it die."""
        if self._busy:
            self._process.kill()
            wait([self._process.sentinel], PATIENCE)
        else:
            self._connection.close()
            self._process.join(PATIENCE)
            self.kill()

    def kill(self) -> None:
        """End the process at once, and take away what belongs to it."""
        self._process.kill()
        self._process.join()
        self._connection.close()


@contextlib.contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Keep Ctrl-C, which goes to all processes of a terminal, from one that is started until it can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its start would let go of the signal.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In the worker


def check_not_starting() -> None:
    """See that this is no worker which is about to start: it imports the script that started it.

    Raises:
        WorkerError: it is one, and the script has begun another run in it.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise WorkerError(
            "worker processes import the script that started them, and this one begins a run when it is imported; "
            'put what it does below a line `if __name__ == "__main__":`'
        )


def _serve(connection: Connection, cells: Any, function: Any, parent: int) -> None:
    """Do shards until there are no more."""
    _prepare(parent)
    function.place = Place(cells)
    while True:
        try:
            shard, excuses = connection.recv()
        except (EOFError, OSError):
            return
        _answer(connection, _call(function, shard, excuses))
        function.place.elsewhere()


def _call(function: Callable[[Any, Excuses], Any], shard: Any, excuses: Excuses) -> _Reply:
    try:
        return _Reply(function(shard, excuses))
    except BaseException as error:  # noqa: BLE001  all goes back to where it can be told
        return _Reply(error=error, trace=traceback.format_exc())


def _answer(connection: Connection, reply: _Reply) -> None:
    try:
        # Errors of plugins may be made of what can't be handed over, or can't be put together again.
        pickle.loads(pickle.dumps(reply))  # noqa: S301  our own bytes
    except Exception:  # noqa: BLE001
        what = f"a worker failed with {type(reply.error).__name__}, which can't be handed over"
        reply = _Reply(error=WorkerError(what), trace=reply.trace)
    with contextlib.suppress(OSError):
        connection.send(reply)


def _prepare(parent: int) -> None:
    """Leave signals to the main process, which ends the workers in order; end with it; keep stdout free for data."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if sys.stdout is not None and sys.stderr is not None:
        sys.stdout.flush()
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _die_with(parent)


def _die_with(parent: int) -> None:
    """See to it that the worker does not outlive the main process: the folder would no longer be its own."""
    if sys.platform == "linux":
        # The kernel does it even while native code keeps every thread of Python waiting.
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    process = multiprocessing.parent_process()
    if process is not None:
        wait([process.sentinel])
        os._exit(1)
