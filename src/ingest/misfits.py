"""Files whose columns are not those that the options of their reader name."""

from __future__ import annotations

from collections import Counter

from ingest.config import Config
from ingest.errors import ConfigError, Problem

__all__ = ["Misfits"]


class Misfits:
    """Tells a file that does not fit the config from a config that does not fit the files."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._files: Counter[str] = Counter()
        self._problems: dict[str, list[Problem]] = {}

    def fits(self, reader: str) -> None:
        """Note a file that fits."""
        self._files[reader] += 1

    def add(self, reader: str, error: ConfigError) -> None:
        """Note a file that does not fit, and why."""
        self._files[reader] += 1
        self._problems.setdefault(reader, []).extend(error.problems)

    def check(self, *, anything_fits: bool) -> None:
        """See whether the config is to blame.

        Args:
            anything_fits: there are files that can be read.

        Raises:
            ConfigError: an option that the config sets fits no file of its reader, or nothing fits at all.
        """
        problems = [problem for reader in self._problems for problem in self._hopeless(reader)]
        if not anything_fits:
            problems = problems or [problem for found in self._problems.values() for problem in found]
        if problems:
            raise ConfigError(problems, self._config.source.path)

    def _hopeless(self, reader: str) -> list[Problem]:
        """Give the first problem of each option that is set and fits none of the files."""
        keys = Counter(problem.key for problem in self._problems[reader])
        first = {problem.key: problem for problem in reversed(self._problems[reader])}
        options = self._config.readers[reader].model_fields_set
        return [
            first[key]
            for key, number in keys.items()
            if number >= self._files[reader] and key.rpartition(".")[2] in options
        ]
