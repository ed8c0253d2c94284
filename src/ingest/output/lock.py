"""One run at a time in an output folder.

On the local disk the system keeps the lock, and lets go of it when the process ends. An object store has no such thing:
there the lock is an object that says whose it is, and that its run writes anew again and again. One that was not is that
of a dead run, and the next run takes it over.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import psutil
from filelock import FileLock, Timeout

from ingest.errors import OutputError, WriteError
from ingest.output.folder import LOCK, OutputFolder
from ingest.output.store import Store

__all__ = ["locked"]

# Seconds between two signs of life, and without one after which a run counts as dead.
REFRESH = 20.0
DEAD_AFTER = 120.0
# Written to ask the service for its time.
_PROBE = f"{LOCK}-"
# Tokens of the locks that this process holds: one that could not be removed when its run ended is none of them.
_HELD: set[str] = set()


@contextlib.contextmanager
def locked(folder: OutputFolder, refresh: float = REFRESH, dead_after: float = DEAD_AFTER) -> Iterator[None]:
    """Keep other runs out of the folder.

    Args:
        folder: the output folder. While a remote one is locked, it has an `owner`.
        refresh: seconds between two signs of life in a remote folder.
        dead_after: seconds without one after which another run takes a remote folder over.

    Raises:
        OutputError: another run is at work there, or the folder can't be locked.
    """
    with _locked_local(folder) if folder.local else _locked_remote(folder, refresh, dead_after):
        yield


@contextlib.contextmanager
def _locked_local(folder: OutputFolder) -> Iterator[None]:
    try:
        lock = FileLock(f"{folder.url}/{LOCK}", timeout=0)
        lock.acquire()
    except Timeout as error:
        hint = "wait for it to end, or name another folder"
        raise OutputError(f"{folder.path}: another run is writing there; {hint}") from error
    except (OSError, NotImplementedError) as error:
        raise OutputError(f"{folder.path}: can't be locked against other runs: {error}") from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _locked_remote(folder: OutputFolder, refresh: float, dead_after: float) -> Iterator[None]:
    holder = _Holder.of_this_process()
    _HELD.add(holder.token)
    try:
        _acquire(folder, holder, dead_after)
        with _kept_alive(folder, holder, refresh):
            yield
    finally:
        _HELD.discard(holder.token)


@contextlib.contextmanager
def _kept_alive(folder: OutputFolder, holder: _Holder, refresh: float) -> Iterator[None]:
    """Give signs of life from a thread, and let go of the lock at the end."""
    folder.owner = holder.to_json()
    over = threading.Event()
    thread = threading.Thread(target=_keep_alive, args=(folder, refresh, over), name="ingest lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        _release(folder)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whose a lock is."""

    token: str
    """Random: a process may run more than once."""
    host: str
    machine: str
    """What tells a running system, with its own numbers of processes, from all others."""
    pid: int
    born: float
    """When the process began; numbers of processes are given anew."""
    since: str

    @classmethod
    def of_this_process(cls) -> _Holder:
        process = psutil.Process()
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        return cls(secrets.token_hex(8), platform.node(), _machine(), process.pid, process.create_time(), since)

    @classmethod
    def from_json(cls, content: bytes) -> _Holder | None:
        """Give the holder that a lock names, `None` for a lock that nobody can read."""
        try:
            return cls(**json.loads(content))
        except (ValueError, TypeError):
            return None

    def to_json(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    def is_surely_dead(self) -> bool:
        """Say whether this machine knows that the process is no more."""
        if self.machine != _machine():
            return False
        if self.pid == os.getpid():
            return self.token not in _HELD
        try:
            process = psutil.Process(self.pid)
            return bool(abs(process.create_time() - self.born) > 1 or process.status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return True
        except psutil.Error:
            return False

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def _acquire(folder: OutputFolder, holder: _Holder, dead_after: float) -> None:
    """Write the lock.

    Raises:
        OutputError: another run holds it, or the store can't be reached or written to.
    """
    try:
        _write_lock(folder, holder, dead_after)
    except OSError as error:
        raise OutputError(f"{folder.path}: can't write there: {error.strerror or error}") from error


def _write_lock(folder: OutputFolder, holder: _Holder, dead_after: float) -> None:
    store = folder.store
    found = _read(store)
    if found is not None:
        _check_dead(folder, found, dead_after)
        if _read(store) == found:
            store.remove([LOCK])
    content = holder.to_json().encode()
    try:
        store.put_small(LOCK, content, new=True)
    except OSError:
        if _read(store) is None:
            # The service can't look whether there is one; or nothing can be written, as the next attempt will tell.
            store.put_small(LOCK, content)
    # Not every service looks; of two runs that wrote at once, one finds the other's.
    found = _read(store)
    if found != content:
        raise OutputError(_refusal(folder, found, "try again when it has ended, or name another folder"))


def _check_dead(folder: OutputFolder, found: bytes, dead_after: float) -> None:
    """See that the run that holds the lock is dead.

    Raises:
        OutputError: it lives, for all one can tell.
    """
    holder = _Holder.from_json(found)
    if holder is not None and holder.is_surely_dead():
        return
    remedy = f"if that run is surely dead, remove {folder.url}/{LOCK}; or name another folder"
    try:
        age = _age(folder.store)
    except NotImplementedError:
        raise OutputError(_refusal(folder, found, remedy)) from None
    if age < dead_after:
        seen = f"it gave its last sign of life {age:.0f} s ago and counts as dead after {dead_after:.0f} s"
        raise OutputError(_refusal(folder, found, f"{seen}; wait {dead_after - age:.0f} s and try again; {remedy}"))


def _age(store: Store) -> float:
    """Give the seconds since the lock was written, by the clock of the store.

    Raises:
        NotImplementedError: the store does not say when something was written.
    """
    probe = f"{_PROBE}{secrets.token_hex(4)}"
    store.put_small(probe, b"What time is it?\n")
    try:
        return (store.modified(probe) - store.modified(LOCK)).total_seconds()
    except FileNotFoundError:
        # It was let go of just now.
        return float("inf")
    finally:
        with contextlib.suppress(OSError):
            store.remove([probe])


def _refusal(folder: OutputFolder, found: bytes | None, hint: str) -> str:
    holder = _Holder.from_json(found or b"")
    return f"{folder.path}: another run is writing there: {holder or 'nobody knows which'}\n    {hint}"


def _keep_alive(folder: OutputFolder, refresh: float, over: threading.Event) -> None:
    """Write the lock anew as long as it is this run's. Requests that fail are tried again."""
    while not over.wait(refresh):
        with contextlib.suppress(OSError):
            try:
                folder.check_owner()
            except WriteError:
                # It stops with the next file that it would write.
                return
            folder.store.put_small(LOCK, folder.owner.encode())


def _release(folder: OutputFolder) -> None:
    with contextlib.suppress(OSError, WriteError):
        folder.check_owner()
        folder.store.remove([LOCK])
    folder.owner = ""


def _read(store: Store) -> bytes | None:
    try:
        return store.read(LOCK)
    except FileNotFoundError:
        return None


def _machine() -> str:
    """Tell this system since its last start, and this container of it, from all others."""
    parts = [platform.node(), f"{psutil.boot_time():.0f}"]
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)
