"""Labels and phrases of boilerplate, and whether a line is made of them: buttons, share bars, prompts."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = [
    "BETWEEN",
    "LONGEST_PHRASE_LINE",
    "Match",
    "Rule",
    "Vocabulary",
    "fold",
    "is_boundary",
    "merge_dots",
    "vocabulary",
]

# Longer lines are prose, whatever they hold; patterns of whole prompts may be longer than labels.
LONGEST_LABEL_LINE = 160
LONGEST_PHRASE_LINE = 500
# What may stand between the labels of a line: separators, bullets, counters such as `36` or `1.2k`.
BETWEEN = re.compile(r"(?:[\s|·•‧∙/\\,;:+&–—›»→←▾▼×✕✖()\[\]{}*…!-]|\.|\d+(?:[.,]\d+)*[kKmM]?(?![^\W\d_]))+")
# Nobody writes a menu like this: speech behind a dash, and words with a sentence's punctuation behind them.
_SPOKEN = re.compile(r"[—–].*[^—–]|.*(?<!\.)[.,;!?。！？，、؟۔।]", re.DOTALL)
_LIST_ITEM = re.compile(r"(?:[-*•+]|\d{1,3}[.)]) ")
# A label of a script that needs no spaces counts as one word up to this length.
LONGEST_WORD_WITHOUT_CASE = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """Labels and patterns that share a code."""

    code: str
    labels: frozenset[str]
    """Whole labels, case-folded. A line of nothing but labels goes, also where they are glued together."""
    patterns: re.Pattern[str] | None
    """Matches whole lines."""
    triggers: tuple[str, ...]
    """Pieces, folded, one of which a line must hold for the patterns to be tried: a search for all pieces of all rules
    at once costs a hundredth of a pattern that may start anywhere."""
    context: tuple[str, ...]
    """Pieces, folded, one of which a line must hold as well: what tells the cookies of a site from those of a
    baker. Empty means that the patterns say enough."""
    weak: frozenset[str]
    """Labels, case-folded, that prove as little as single words do although they are longer."""
    sure: bool
    """Whether a match of the patterns is proof enough by itself; else it goes only from what is plainly a web page."""
    edge_only: bool
    """Only for lines in front of the body and behind it: inside, the phrase is too often part of the content."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that covers a line, and whether the line can be nothing else."""

    rule: Rule
    sure: bool
    """A line of one word, such as `More` or `Help`, may also be a heading, a verse or an item of a list."""


class Vocabulary:
    """The rules of one step, from `vocabulary/NAME.toml`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._labels = {label: rule for rule in rules for label in rule.labels}
        self.labels = frozenset(self._labels)
        lengths: dict[str, set[int]] = {}
        for label in self._labels:
            # ß folds to two letters, so a line may hold fewer characters than its label.
            lengths.setdefault(label[:2], set()).update(len(label) - less for less in range(label.count("ss") + 1))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}

    @classmethod
    def load(cls, name: str) -> Vocabulary:
        """Read the rules of a step."""
        source = resources.files("ingest.builtin").joinpath(f"vocabulary/{name}.toml").read_text(encoding="utf-8")
        return cls([_rule(entry) for entry in tomllib.loads(source)["rule"]])

    def match_phrase(self, line: str, rules: Iterable[int], *, inside: bool) -> Match | None:
        """Give the first of some rules whose patterns cover the whole line, or `None`.

        Args:
            line: the line.
            rules: places in `rules`, in order; those of which the line holds a trigger.
            inside: whether the line stands between lines of prose.
        """
        stripped = line.strip()
        if len(stripped) > LONGEST_PHRASE_LINE:
            return None
        for place in rules:
            rule = self.rules[place]
            if rule.patterns is None or (inside and rule.edge_only):
                continue
            if rule.context and not any(map(fold(stripped).__contains__, rule.context)):
                continue
            if rule.patterns.fullmatch(stripped):
                return Match(rule, rule.sure)
        return None

    def match_labels(self, line: str, *, inside: bool) -> Match | None:
        """Give the rule of the first label if the line is labels, separators and counters from end to end, else `None`.

        Args:
            line: the line.
            inside: whether it stands between lines of prose.
        """
        line = line.strip()
        if len(line) > LONGEST_LABEL_LINE:
            return None
        found: list[tuple[str, Rule]] = []
        position = _skip(line, 0)
        glued = False
        while position < len(line):
            end, rule = self._label_at(line, position)
            if rule is None:
                return None
            found.append((line[position:end].casefold(), rule))
            position = _skip(line, end)
            glued = glued or (position == end and end < len(line))
        if not found or (inside and found[0][1].edge_only):
            return None
        labels = {label for label, _ in found}
        sure = (
            len(labels) > 2
            or glued
            or not all(map(_is_word, labels) if len(labels) > 1 else map(self._is_weak, labels))
        )
        if (
            not sure
            and line.casefold() not in labels
            and (_SPOKEN.fullmatch(line) or (inside and _LIST_ITEM.match(line)))
        ):
            return None
        return Match(found[0][1], sure)

    def _is_weak(self, label: str) -> bool:
        return _is_word(label) or label in self._labels[label].weak

    def _label_at(self, line: str, start: int) -> tuple[int, Rule | None]:
        """Give the end and the rule of the longest label that starts here."""
        for length in self._lengths.get(line[start : start + 2].casefold()[:2], ()):
            end = start + length
            if end > len(line):
                continue
            rule = self._labels.get(line[start:end].casefold())
            if rule is not None and is_boundary(line, end):
                return end, rule
        return start, None


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
        tuple(map(fold, entry["triggers"] if patterns else ())),
        tuple(map(fold, entry.get("context", ()))),
        frozenset(label.casefold() for label in entry.get("weak", ())),
        entry.get("sure", True),
        entry.get("edge_only", False),
    )


def fold(text: str) -> str:
    """Give the text without case."""
    return merge_dots(text.casefold())


def merge_dots(folded: str) -> str:
    """Give a case-folded text without the difference between the letters i of Turkish, as `re.IGNORECASE` sees it."""
    return folded if folded.isascii() else folded.replace("i\u0307", "i").replace("ı", "i")


def _skip(line: str, position: int) -> int:
    match = BETWEEN.match(line, position)
    return match.end() if match else position


def is_boundary(line: str, end: int) -> bool:
    """Say whether a label may end here: no letter follows, or one that shows the next label glued on.

    That is a capital behind a small letter, or any letter of a script that knows no capitals and no spaces.
    """
    if end == len(line) or not line[end].isalpha():
        return True
    before, behind = line[end - 1], line[end]
    return (behind.isupper() and not before.isupper()) or (_is_caseless(before) and _is_caseless(behind))


def _is_word(label: str) -> bool:
    return " " not in label and (len(label) <= LONGEST_WORD_WITHOUT_CASE or not _is_caseless(label[-1]))


def _is_caseless(char: str) -> bool:
    return char.lower() == char.upper()
