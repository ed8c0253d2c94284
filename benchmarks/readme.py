"""Figures go into `benchmarks/README.md`, each kind between two marks of its own."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["put"]

README = Path(__file__).with_name("README.md")


def put(name: str, figures: str) -> None:
    """Write figures in the place of those that stand there."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    text = README.read_text(encoding="utf-8")
    section = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    if not section.search(text):
        raise ValueError(f"{README} has no section {name!r}: add the marks {begin.strip()!r} and {end!r}")
    README.write_text(section.sub(lambda _: f"{begin}{figures.strip()}\n{end}", text), encoding="utf-8")
