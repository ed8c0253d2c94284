"""What holds for the code as a whole."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pluggy
import pytest

import ingest
from ingest import errors, hookspecs
from ingest.builtin import register_components
from ingest.component import Component
from ingest.plugins import Plugins

SOURCE = Path(ingest.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_MODULE_LINES = 420
MOST_FUNCTION_LINES = 45


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert sorted(ingest.__all__) == ingest.__all__ == dir(ingest)
    assert all(hasattr(ingest, name) for name in ingest.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = ingest.Nothing


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


def imports_of(path: Path) -> set[str]:
    """Give the modules a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", sorted((SOURCE / "builtin").rglob("*.py")), ids=lambda path: path.name)
def test_built_ins_dont_know_config_run_and_commands(path: Path) -> None:
    upper = ("config", "plan", "pipeline", "run", "cli", "plugins", "sidecar", "schema")
    known = {f"ingest.{name}" for name in upper}
    assert not {name for name in imports_of(path) if ".".join(name.split(".")[:2]) in known}


def test_plugins_are_held_by_no_module() -> None:
    held = [
        f"{name}.{key}"
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "ingest"
        for key, value in vars(module).items()
        if isinstance(value, (Plugins, pluggy.PluginManager))
    ]
    assert held == []


def test_two_sets_of_plugins_know_nothing_of_each_other(tmp_path: Path) -> None:
    source = "from ingest import {0}, hookimpl\nclass P({0}):\n    name = 'p'\n@hookimpl\ndef register_components():\n    return [P]\n"
    (tmp_path / "mine.py").write_text(source.format("Filter"))
    assert "p" in Plugins([tmp_path / "mine.py"]).components("step")
    assert "p" not in Plugins().components("step")


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.endswith("Error")])
def test_every_error_can_be_imported_from_the_top_and_is_an_ingest_error(name: str) -> None:
    error = getattr(ingest, name)
    assert issubclass(error, ingest.IngestError)
    assert error.__doc__
