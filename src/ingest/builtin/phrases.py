"""Lines that are made of known labels and phrases: buttons, share bars, prompts."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from ingest.builtin.body import body_span
from ingest.document import Document, Reason
from ingest.step import LineFilter

__all__ = ["PhraseFilter", "Rule", "Vocabulary"]

# Longer lines are prose, whatever they hold; patterns of whole prompts may be longer than labels.
LONGEST_LABEL_LINE = 160
LONGEST_PHRASE_LINE = 500
# What may stand between the labels of a line: separators, bullets, counters such as `36` or `1.2k`.
_BETWEEN = re.compile(r"(?:[\s|·•‧∙/\\,;:+&–—›»→←▾▼×✕✖()\[\]{}*…!-]|\.|\d+(?:[.,]\d+)*[kKmM]?(?![^\W\d_]))+")


@dataclass(frozen=True, slots=True)
class Rule:
    """Labels and patterns that share a code."""

    code: str
    labels: frozenset[str]
    """Whole labels, case-folded. A line of nothing but labels goes, also where they are glued together."""
    patterns: re.Pattern[str] | None
    """Matches whole lines."""
    triggers: tuple[str, ...]
    """Pieces, case-folded, one of which a line must hold for the patterns to be tried: a search for a piece costs
    a hundredth of a pattern that may start anywhere. Empty means that the patterns start with letters of their own."""
    edge_only: bool
    """Only for lines in front of the body and behind it: inside, the phrase is too often part of the content."""


class Vocabulary:
    """The rules of one step, from `vocabulary/NAME.toml`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._labels = {label: rule for rule in rules for label in rule.labels}
        self._starts = frozenset(label[:2] for label in self._labels)
        self._longest = max(map(len, self._labels), default=0)

    @classmethod
    def load(cls, name: str) -> Vocabulary:
        """Read the rules of a step."""
        source = resources.files("ingest.builtin").joinpath(f"vocabulary/{name}.toml").read_text(encoding="utf-8")
        return cls([_rule(entry) for entry in tomllib.loads(source)["rule"]])

    def match(self, line: str, *, inside: bool) -> Rule | None:
        """Give the rule that covers the whole line, or `None`."""
        stripped = line.strip()
        if len(stripped) > LONGEST_PHRASE_LINE:
            return None
        rule = self._match_labels(stripped) if len(stripped) <= LONGEST_LABEL_LINE else None
        if rule is not None and not (inside and rule.edge_only):
            return rule
        return self._match_patterns(stripped, inside=inside)

    def _match_patterns(self, line: str, *, inside: bool) -> Rule | None:
        folded = line.casefold()
        for rule in self.rules:
            if rule.patterns is None or (inside and rule.edge_only):
                continue
            if rule.triggers and not any(trigger in folded for trigger in rule.triggers):
                continue
            if rule.patterns.fullmatch(line):
                return rule
        return None

    def _match_labels(self, line: str) -> Rule | None:
        """Give the rule of the first label if the line is labels, separators and counters from end to end."""
        first: Rule | None = None
        position = _skip(line, 0)
        while position < len(line):
            end, rule = self._label_at(line, position)
            if rule is None:
                return None
            first = first or rule
            position = _skip(line, end)
        return first

    def _label_at(self, line: str, start: int) -> tuple[int, Rule | None]:
        """Give the end and the rule of the longest label that starts here."""
        if line[start : start + 2].casefold() not in self._starts:
            return start, None
        for end in range(min(len(line), start + self._longest), start, -1):
            rule = self._labels.get(line[start:end].casefold())
            if rule is not None and _is_boundary(line, end):
                return end, rule
        return start, None


class PhraseFilter(LineFilter):
    """Base of the steps that work from a vocabulary of the same name."""

    def reject_lines(self, doc: Document, lines: Sequence[str]) -> Sequence[Reason | None]:
        start, stop = body_span(lines)
        return [
            self._reject(line, inside=start <= index < stop) if line.strip() else None
            for index, line in enumerate(lines)
        ]

    def _reject(self, line: str, *, inside: bool) -> Reason | None:
        rule = vocabulary(self.name).match(line, inside=inside)
        return None if rule is None else Reason(rule.code, line.strip())


@functools.cache
def vocabulary(name: str) -> Vocabulary:
    """Give the vocabulary of a step; read once per process."""
    return Vocabulary.load(name)


def _rule(entry: dict[str, Any]) -> Rule:
    patterns = entry.get("patterns", [])
    return Rule(
        entry["code"],
        frozenset(label.casefold() for label in entry.get("labels", [])),
        re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None,
        tuple(trigger.casefold() for trigger in entry.get("triggers", ())),
        entry.get("edge_only", False),
    )


def _skip(line: str, position: int) -> int:
    match = _BETWEEN.match(line, position)
    return match.end() if match else position


def _is_boundary(line: str, end: int) -> bool:
    """Say whether a label may end here: no letter follows, or one that shows the next label glued on.

    That is a capital behind a small letter, or any letter of a script that knows no capitals and no spaces.
    """
    if end == len(line) or not line[end].isalpha():
        return True
    before, behind = line[end - 1], line[end]
    return (behind.isupper() and not before.isupper()) or (_is_caseless(before) and _is_caseless(behind))


def _is_caseless(char: str) -> bool:
    return char.lower() == char.upper()
