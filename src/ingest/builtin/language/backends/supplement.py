"""The supplement to py3langid's model, as the package holds it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np

from ingest.builtin.language.backends.ngrams import Pair, Supplement

__all__ = ["load_supplement", "save_supplement"]

FILE = "supplement.npz"


def load_supplement() -> Supplement:
    """Read the supplement that comes with the package."""
    with resources.files(__package__).joinpath(FILE).open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        pairs = [
            Pair(first, second, float(margin), float(bias))
            for first, second, margin, bias in zip(
                data["first"].tolist(), data["second"].tolist(), data["margins"], data["biases"], strict=True
            )
        ]
        columns = data["columns"].astype(np.float32)
        return Supplement(data["codes"].tolist(), data["priors"], pairs, columns, int(data["fingerprint"]))


def save_supplement(supplement: Supplement, path: Path) -> None:
    """Write a supplement. The same supplement makes the same file."""
    np.savez_compressed(
        path,
        codes=np.array(supplement.codes),
        priors=supplement.priors,
        first=np.array([pair.first for pair in supplement.pairs]),
        second=np.array([pair.second for pair in supplement.pairs]),
        margins=np.array([pair.margin for pair in supplement.pairs]),
        biases=np.array([pair.bias for pair in supplement.pairs]),
        columns=supplement.columns.astype(np.float16),
        fingerprint=np.array(supplement.fingerprint),
    )
