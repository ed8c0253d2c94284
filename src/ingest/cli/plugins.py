"""`ingest plugins`: what is there to use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.component import Component
    from ingest.plugins import Plugins

__all__ = ["command"]


@click.command("plugins")
@click.argument("name", required=False)
@click.option("-c", "--config", "config_path", metavar="CONFIG.toml", help="Also load the plugin files of this config.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str | None, config_path: str | None, as_json: bool) -> int:
    """List plugins, steps, readers, writers and executors. With NAME, show the options of one of them."""
    from ingest.cli.console import data_console

    plugins = _load(config_path)
    if as_json:
        click.echo(json.dumps([_record(plugins, item) for item in _components(plugins, name)], indent=2))
        return 0
    console = data_console()
    if name is None:
        _print_list(console, plugins)
        return 0
    for component in _components(plugins, name):
        _print_component(console, plugins, component)
    return 0


def _load(config_path: str | None) -> Plugins:
    from ingest.config import Source, load
    from ingest.plugins import Plugins

    return Plugins() if config_path is None else load(Source.from_file(config_path)).plugins


def _components(plugins: Plugins, name: str | None) -> list[type[Component]]:
    """Give all components, or those of one name; a reader and a writer may share theirs."""
    import difflib

    from ingest.plugins import KINDS

    found = [item for kind in KINDS for item in plugins.components(kind).values()]
    if name is None:
        return found
    named = [item for item in found if item.name == name]
    if not named:
        near = difflib.get_close_matches(name, [item.name for item in found], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"there is no step, reader, writer or executor {name!r}{hint}")
    return named


def _print_list(console: Console, plugins: Plugins) -> None:
    """Print every component with its options, by kind, and which plugin offers what is not built in."""
    from rich.markup import escape

    from ingest.plugins import KINDS

    for kind in KINDS:
        console.print(f"\n[bold]{kind}s[/]")
        for name, component in plugins.components(kind).items():
            owner = plugins.owner(component)
            origin = "" if owner.source == "built-in" else f"  [dim]{escape(f'{owner.plugin} {owner.version}')}[/]"
            console.print(f"  [bold cyan]{name:<16}[/] {escape(component.summary())}{origin}")
            if component.model_fields:
                console.print(f"  {'':<16} [dim]{escape(', '.join(component.model_fields))}[/]")
    console.print(f"\n[bold]plugins[/]\n  {escape(_origins(plugins))}")
    console.print("\ningest plugins NAME shows the options of one.")


def _origins(plugins: Plugins) -> str:
    return "\n  ".join(f"{one.plugin} {one.version} ({one.source})" for one in plugins.origins.values())


def _print_component(console: Console, plugins: Plugins, component: type[Component]) -> None:
    import inspect

    from rich.markup import escape

    from ingest.schema import describe_options

    owner = plugins.owner(component)
    origin = escape(f"{component.kind} of {owner.plugin} ({owner.source}) {owner.version}")
    console.print(f"[bold]{component.name}[/]  {origin}")
    console.print(escape(inspect.cleandoc(component.__doc__ or "")))
    for name, option in describe_options(component).items():
        default = "required" if option["required"] else f"default {_default(option['default'])}"
        console.print(f"\n  [bold cyan]{name}[/]  [dim]{escape(option['type'])}, {escape(default)}[/]")
        if option["description"]:
            console.print(f"    {escape(' '.join(option['description'].split()))}")


def _default(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _record(plugins: Plugins, component: type[Component]) -> dict[str, Any]:
    from ingest.schema import describe_options

    owner = plugins.owner(component)
    return {
        "kind": component.kind,
        "name": component.name,
        "summary": component.summary(),
        "plugin": owner.plugin,
        "source": owner.source,
        "version": owner.version,
        "options": describe_options(component),
    }
