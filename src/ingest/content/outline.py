"""How the elements of a page stand in each other, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ingest.content.blocks import ITEMS, Blocks

__all__ = ["LEVELS", "Index", "Outline"]

Index = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)

# How far up the elements around a block are looked at.
LEVELS = (0, 1, 2, 3, 5)


@dataclass(frozen=True)
class Outline:
    """The elements of a page, each behind the one that it stands in; those in element `e` hold blocks `first` to `end`."""

    element: Index
    """The innermost element of each block."""
    parent: Index
    """The element around each; -1 for the outermost."""
    first: Index
    end: Index
    is_item: npt.NDArray[np.bool_]
    """Whether each element is an item of a list or a row of a table."""

    @classmethod
    def of(cls, blocks: Blocks) -> Outline:
        """Give the outline of the blocks of a page."""
        return cls(
            np.array(blocks.element, np.int64),
            np.array(blocks.parent, np.int64),
            np.array(blocks.first, np.int64),
            np.array(blocks.end, np.int64),
            np.array([tag in ITEMS for tag in blocks.tag], np.bool_),
        )

    @cached_property
    def up(self) -> Index:
        """The elements around each block, as (LEVELS, blocks): its own, that one's parent, and so on."""
        found, level, at = [], 0, self.element
        for wanted in LEVELS:
            while level < wanted:
                at = np.maximum(self.parent[at], 0)
                level += 1
            found.append(at)
        return np.stack(found)

    @cached_property
    def spans(self) -> tuple[Index, Index]:
        """The first block of each of these elements, and the one behind their last, each as (LEVELS, blocks)."""
        return self.first[self.up], self.end[self.up]

    @cached_property
    def lists(self) -> Index:
        """The list or table that each block is an item or row of, or stands right in one; -1 for others."""
        own, around = self.element, np.maximum(self.parent[self.element], 0)
        item = np.where(self.is_item[own], own, around)
        return np.where(self.is_item[item], self.parent[item], -1)

    @cached_property
    def depth(self) -> Index:
        """How many elements stand around each."""
        return np.arange(len(self.parent)) - self._closed[1]

    def sums_around(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Give, for each element, the sum of its values and of those of all elements around it."""
        order, closed = self._closed
        ended = np.zeros((len(values) + 1, *values.shape[1:]), values.dtype)
        np.cumsum(values[order], axis=0, out=ended[1:])
        return np.cumsum(values, axis=0) - ended[closed]

    @cached_property
    def _closed(self) -> tuple[Index, Index]:
        """The elements in the order in which they end, and how many of them have ended where each one starts."""
        behind = np.searchsorted(self.first, self.end)
        order = np.argsort(behind, kind="stable")
        return order, np.searchsorted(behind[order], np.arange(len(behind)), side="right")
