"""Damaged compressed files, told from files that are gone or disks that fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.errors import ReadError
from ingest.files import DAMAGES, InputFile

__all__ = ["explain_damage"]


def _nowhere() -> str:
    return ""


@contextmanager
def explain_damage(file: InputFile, position: Callable[[], str] = _nowhere) -> Iterator[None]:
    """Turn the many ways in which decompressors fail into one.

    Args:
        file: what is read.
        position: says how far the reading got, such as `after record 7`.

    Raises:
        ReadError: the stream ends early or is damaged.
    """
    try:
        yield
    except DAMAGES as error:
        # Only the operating system sets errno: a file that vanished is not a damaged one.
        if file.compression is None or getattr(error, "errno", None) is not None:
            raise
        damage = f"the {file.compression} stream is damaged {position()}".rstrip()
        raise ReadError(f"{file.name}: {damage}: {error}") from error
