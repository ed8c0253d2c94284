"""How good the text of a page is likely to be, by how sure the model was of its blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["GOOD", "quality_features"]

# A text is good from this word F1 on, compared with what people took for the content of the page.
GOOD = 0.9


def quality_features(probabilities: npt.NDArray[np.float64], lengths: Sequence[int], threshold: float) -> list[float]:
    """Give what the chance of a good text is told by.

    The first is the F1 to expect if the probabilities are right: of the characters kept, so many are content, and so
    many are missed. The others are how much is kept, in characters and as a share, and how undecided the blocks are.

    Args:
        probabilities: of each block to be content.
        lengths: the characters of each block.
        threshold: the probability from which on a block is kept.
    """
    size = np.asarray(lengths, np.float64)
    kept = probabilities >= threshold
    chars, content = float(size[kept].sum()), float((probabilities * size).sum())
    expected = 2 * float((probabilities * size)[kept].sum()) / max(chars + content, 1.0)
    undecided = float((np.minimum(probabilities, 1 - probabilities) * size).sum()) / max(float(size.sum()), 1.0)
    share = chars / max(float(size.sum()), 1.0)
    return [1.0, expected, float(np.log1p(chars)) / 8, share, share * share, undecided, float(np.log1p(len(size))) / 6]
