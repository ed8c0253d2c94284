"""Which lines of a text may hold a known label or phrase: one look for all vocabularies, so that most lines need no other."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation

from ingest.builtin.phrases import BETWEEN, LONGEST_PHRASE_LINE, Vocabulary, is_boundary, merge_dots, vocabulary

__all__ = ["Suspects", "suspects"]

VOCABULARIES = ("widgets", "sharing", "newsletters", "cookies", "related", "legal")
# What may stand around the labels of a line, as in `BETWEEN`, but for counters.
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + r"|·•‧∙/\,;:+&–—›»→←▾▼×✕✖()[]{}*…!-."
# So many letters at either end of a line tell labels from most prose.
_KEY = 6
# Stands for the labels of a vocabulary where the place of a rule stands for its patterns.
_LABELS = -1


@dataclass(frozen=True, slots=True)
class Suspects:
    """Lines of a text that a vocabulary may match. A line that is not among them matches nothing of it."""

    labels: list[int] = field(default_factory=list)
    """Indices of lines that start like a label and end like one."""
    phrases: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Indices of lines with triggers, each with the places of the rules whose triggers they are."""


class Index:
    """The labels and triggers of all vocabularies, to be found in one go.

    A pattern matches only a line with one of its triggers, and these are searched for all at once, by the algorithm of
    Aho and Corasick ("Efficient string matching: an aid to bibliographic search", 1975).
    """

    def __init__(self, vocabularies: Mapping[str, Vocabulary]) -> None:
        self._names = tuple(vocabularies)
        self._short: dict[str, int] = defaultdict(int)
        self._starts: dict[str, int] = defaultdict(int)
        self._ends: dict[str, int] = defaultdict(int)
        rules: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for place, (name, words) in enumerate(vocabularies.items()):
            self._add_labels(words, 1 << place)
            for number, rule in enumerate(words.rules):
                for trigger in rule.triggers:
                    rules[trigger].append((name, number))
        self._known: dict[str, Sequence[tuple[str, int]]] = {}
        self._rules = list(rules.values())
        self._triggers = AhoCorasick(rules, store_patterns=False, implementation=Implementation.DFA)
        # Lines start and end in the same few ways over and over.
        self._starts_like = functools.lru_cache(maxsize=1 << 16)(self._find_start)
        self._ends_like = functools.lru_cache(maxsize=1 << 16)(self._find_end)

    def _add_labels(self, words: Vocabulary, bit: int) -> None:
        for label in words.labels:
            core = label.strip(_EDGES)
            if len(core) <= _KEY:
                self._short[core] |= bit
            else:
                self._starts[core[:_KEY]] |= bit
                self._ends[core[-_KEY:]] |= bit

    def find(self, lines: Sequence[str]) -> dict[str, Suspects]:
        """Give the lines that each vocabulary may match."""
        distinct = dict.fromkeys(lines)
        # A step that takes lines out of a text leaves lines that were looked at already.
        known = self._known
        if not distinct.keys() <= known.keys():
            # An executor may run shards in threads, and another one may set this at any time.
            known = self._known = self._look(list(distinct))
        found = {name: Suspects() for name in self._names}
        for index, suspicions in [(index, known[line]) for index, line in enumerate(lines) if known[line]]:
            for name, number in suspicions:
                if number == _LABELS:
                    found[name].labels.append(index)
                else:
                    found[name].phrases[index].add(number)
        return found

    def _look(self, lines: Sequence[str]) -> dict[str, Sequence[tuple[str, int]]]:
        """Give what is suspected of every line: vocabularies, each with the place of a rule or the mark for its labels."""
        suspicions: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for index, bits in self._find_labels(lines):
            suspicions[index] += [(name, _LABELS) for place, name in enumerate(self._names) if bits >> place & 1]
        for index, rules in self._find_triggers(lines):
            suspicions[index] += rules
        return {line: suspicions.get(index, ()) for index, line in enumerate(lines)}

    def _find_labels(self, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Give the lines that may be nothing but labels, with a bit for each vocabulary."""
        for index, line in enumerate(lines):
            core = line.strip(_EDGES)
            if core[:1].isdecimal() and (counter := BETWEEN.match(core)):
                core = core[counter.end() :]
            if (bits := self._starts_like(core[:_KEY])) and (bits := bits & self._ends_like(core[-_KEY:])):
                yield index, bits

    def _find_start(self, start: str) -> int:
        bits = self._starts.get(start.casefold()[:_KEY], 0)
        for end in range(1, len(start) + 1):
            if is_boundary(start, end):
                bits |= self._short.get(start[:end].casefold(), 0)
        return bits

    def _find_end(self, end: str) -> int:
        # A counter, such as `36` or `1.2k`, may stand behind any label.
        if end[-1:].isdecimal() or (end[-1:] in "kKmM" and end[-2:-1].isdecimal()):
            return -1
        bits = self._ends.get(end.casefold()[-_KEY:], 0)
        for start in range(len(end)):
            if start == 0 or not end[start - 1].isalpha() or is_boundary(end, start):
                bits |= self._short.get(end[start:].casefold(), 0)
        return bits

    def _find_triggers(self, lines: Sequence[str]) -> Iterator[tuple[int, list[tuple[str, int]]]]:
        """Give the lines with triggers, with the vocabularies and rules whose triggers they are."""
        folded = merge_dots("\n".join([line.casefold() if len(line) <= LONGEST_PHRASE_LINE else "" for line in lines]))
        if hits := self._triggers.find_matches_as_indexes(folded, overlapping=True):
            starts = list(accumulate((len(line) + 1 for line in folded.split("\n")), initial=0))
            for trigger, start, _ in hits:
                yield bisect_right(starts, start) - 1, self._rules[trigger]


@functools.lru_cache(maxsize=2)
def suspects(text: str) -> dict[str, Suspects]:
    """Give the lines that each vocabulary may match; kept for the next step, which most often sees the same text."""
    return _index().find(text.split("\n"))


@functools.cache
def _index() -> Index:
    return Index({name: vocabulary(name) for name in VOCABULARIES})
