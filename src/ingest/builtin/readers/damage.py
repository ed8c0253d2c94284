"""Damages of compressed files, with the place where the reading stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ingest.errors import ReadError
from ingest.input.unpacking import DamageError

__all__ = ["explain_damage"]


@contextmanager
def explain_damage(position: Callable[[], str]) -> Iterator[None]:
    """Say in the error for a damaged stream how far the reading got.

    Args:
        position: such as `after record #7`.

    Raises:
        ReadError: the stream ends early, is damaged or refused.
    """
    try:
        yield
    except DamageError as error:
        raise ReadError(f"{error.what} {position()}: {error.cause}") from error
