"""What both networks need for training: sums of token vectors, and their weights as the tool stores them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ingest.content.layers import ACTIVATION_STEP, WEIGHT_STEP

__all__ = ["bags", "quantised", "rows_at", "token_table"]


def bags(rows: Sequence[Sequence[int]], hide: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Give the numbers of all entries one behind the other, and where each begins; by chance some become 0."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    flat = np.fromiter((row for some in rows for row in some), np.int64)
    if hide:
        # The row 0 is zeros and has no gradient.
        flat = np.where(rng.random(len(flat)) < hide, 0, flat)
    return torch.from_numpy(flat), torch.from_numpy(np.cumsum(lengths) - lengths)


def rows_at(values: Tensor, at: Tensor) -> Tensor:
    """Give the rows of each page at the given places."""
    return torch.gather(values, 1, at[..., None].expand(-1, -1, values.shape[2]))


def token_table(rows: int, width: int) -> nn.EmbeddingBag:
    """Give the vectors of so many tokens, behind a row of zeros for the unknown."""
    table = nn.EmbeddingBag(rows + 1, width, mode="sum", padding_idx=0)
    nn.init.normal_(table.weight, 0, 0.1)
    with torch.no_grad():
        table.weight[0] = 0
    return table


def quantised(
    network: nn.Module, layers: Mapping[str, str], tables: Iterable[str], dilations: Sequence[int]
) -> dict[str, npt.NDArray[np.generic]]:
    """Give the weights of a network as `ingest.content.layers` reads them.

    Args:
        network: with buffers `mean` and `deviation`, and convolutions by that name.
        layers: the linear layers, by the names to store them under.
        tables: the names of what is looked up by token.
        dilations: of the convolutions.
    """
    state = {key: value.detach().numpy().astype(np.float64) for key, value in network.state_dict().items()}
    floats = {name: state[f"{name}.weight"] for name in tables}
    for name, key in layers.items():
        floats |= {name: state[f"{key}.weight"].T, f"{name}_bias": state[f"{key}.bias"]}
    for index in range(len(dilations)):
        kernel = state[f"convolutions.{index}.weight"]  # (out, in, 3)
        floats[f"convolution_{index}"] = kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])
        floats[f"convolution_{index}_bias"] = state[f"convolutions.{index}.bias"]
    return {key: _whole_steps(value) for key, value in floats.items()} | {
        "mean": np.rint(state["mean"] / ACTIVATION_STEP).astype(np.float32) * np.float32(ACTIVATION_STEP),
        "deviation": state["deviation"].astype(np.float32),
        "dilations": np.array(dilations),
    }


def _whole_steps(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    limits = np.iinfo(np.int16)
    return np.clip(np.rint(values / WEIGHT_STEP), limits.min, limits.max).astype(np.int16)
