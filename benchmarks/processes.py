"""What a command costs with all the processes it starts: CPU time, wall time, memory. For Linux.

CPU time is what the system counted for everything that ran and ended below the command, killed processes as well: this
process takes in those that lost their parent. Memory is sampled: PSS shares a page among the processes that map it, so that
it adds up over them; RSS counts it for each.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

__all__ = ["Memory", "Usage", "measure", "versions", "watch"]

INTERVAL = 0.1
VERSIONS = (
    "from importlib.metadata import version as v; import sys; print(*(f'{n} {v(n)}' for n in sys.argv[1:]), sep=', ')"
)
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Memory:
    """What one process holds, in megabytes."""

    pid: int
    command: str
    pss: float
    rss: float


@dataclass(frozen=True)
class Usage:
    """What a command cost."""

    cpu: float
    """Seconds, user and system."""
    wall: float
    """Seconds."""
    pss: float
    """Most megabytes that all processes held together at one moment."""
    rss: float
    """The same, with shared pages counted for each process."""
    largest: float
    """Most megabytes that one process held, as RSS."""


def measure(command: Sequence[str], env: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end and say what it cost.

    Raises:
        CalledProcessError: it failed; its output is in the error.
    """
    _take_in_orphans()
    before, started = _cpu_of_children(), time.perf_counter()
    pss = rss = largest = 0.0
    for sample in watch(command, env):
        pss = max(pss, sum(memory.pss for memory in sample))
        rss = max(rss, sum(memory.rss for memory in sample))
        largest = max(largest, max((memory.rss for memory in sample), default=0.0))
    wall = time.perf_counter() - started
    _reap()
    return Usage(_cpu_of_children() - before, wall, pss, rss, largest)


def watch(
    command: Sequence[str], env: Mapping[str, str] | None = None, interval: float = INTERVAL
) -> Iterator[list[Memory]]:
    """Run a command to its end, and give on the way what it and its descendants hold, the command first.

    Raises:
        CalledProcessError: it failed; its output is in the error.
    """
    merged = None if env is None else {**os.environ, **env}
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(command, env=merged, stdout=output, stderr=output) as process:
            while process.poll() is None:
                yield list(_memory(process.pid))
                time.sleep(interval)
        if process.returncode:
            output.seek(0)
            message = output.read().decode(errors="replace")
            raise subprocess.CalledProcessError(process.returncode, list(command), message)


def versions(python: str, names: Sequence[str]) -> str:
    """Say which versions of the distributions are in the environment of a Python."""
    command = [python, "-c", VERSIONS, *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _memory(pid: int) -> Iterator[Memory]:
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in processes:
        try:
            held = process.memory_full_info()
            yield Memory(process.pid, " ".join(process.cmdline()), held.pss / 1e6, held.rss / 1e6)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            # It ended meanwhile.
            continue


def _take_in_orphans() -> None:
    """Have processes whose parent has ended become children of this one."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap() -> None:
    """Wait for what the command left behind, and end what does not end by itself."""
    _, alive = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=5)
    for process in alive:
        process.kill()
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
