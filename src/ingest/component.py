"""The base of everything a plugin can offer."""

from __future__ import annotations

import importlib.util
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

__all__ = ["Component", "check_extra"]


def check_extra(module: str, extra: str) -> None:
    """Check that a module is there which comes with an extra of ingest; for the validators of options that need it.

    Raises:
        ValueError: it is not installed.
    """
    if importlib.util.find_spec(module) is None:
        raise ValueError(f"needs the package {module!r}, which is not installed: pip install 'ingest[{extra}]'")


class Component(BaseModel):
    """A reader, step, writer or executor. The class is its own config.

    The annotated fields are the options: their types are checked, an unknown option is an error, and
    the string under a field is its documentation in `ingest plugins`, in the JSON Schema and in the docs.

    Example:
        class Shouting(Filter):
            \"\"\"Drop documents written mostly in capitals.\"\"\"

            name = "shouting"
            max_ratio: float = 0.3
            \"\"\"Largest share of capital letters to accept.\"\"\"
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, strict=False)

    name: ClassVar[str] = ""
    """Name in the config, lower case with underscores, unique among components of one kind."""
    kind: ClassVar[str] = ""
    """`reader`, `step`, `writer` or `executor`; the base class sets it."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that must be importable and don't come with ingest, such as `("spacy",)`."""

    @classmethod
    def missing_requirements(cls) -> tuple[str, ...]:
        """Give the modules in `requires` that are not installed."""
        return tuple(module for module in cls.requires if importlib.util.find_spec(module) is None)

    @classmethod
    def summary(cls) -> str:
        """Give the first line of the docstring."""
        lines = (cls.__doc__ or "").strip().splitlines()
        return lines[0] if lines else ""
