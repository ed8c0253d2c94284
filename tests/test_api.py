"""What holds for the code as a whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ingest
from ingest import errors, hookspecs
from ingest.builtin import register_components
from ingest.component import Component

SOURCE = Path(ingest.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_MODULE_LINES = 420
MOST_FUNCTION_LINES = 45


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert sorted(ingest.__all__) == ingest.__all__ == dir(ingest)
    assert all(hasattr(ingest, name) for name in ingest.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = ingest.Nothing  # type: ignore[attr-defined]


def test_every_error_is_drawn_in_the_tree() -> None:
    for name in errors.__all__:
        if name.endswith("Error"):
            assert f"  {name} " in (errors.__doc__ or "") or name == "IngestError"


def test_every_hook_has_an_example() -> None:
    hooks = [value for value in vars(hookspecs).values() if hasattr(value, "ingest_spec")]
    assert len(hooks) == 5
    assert all("Example:" in (hook.__doc__ or "") for hook in hooks)


@pytest.mark.parametrize("component", register_components(), ids=lambda one: f"{one.kind} {one.name}")
def test_every_component_and_option_is_documented(component: type[Component]) -> None:
    assert component.summary()
    undocumented = [name for name, field in component.model_fields.items() if not field.description]
    assert undocumented == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_MODULE_LINES
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES]
    assert long == []
