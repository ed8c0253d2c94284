"""`ingest schema`: for editors that complete and check a config."""

from __future__ import annotations

import json

import click

__all__ = ["command"]


@click.command("schema")
@click.option("-c", "--config", "config_path", metavar="CONFIG.toml", help="Also load the plugin files of this config.")
def command(config_path: str | None) -> int:
    """Print the JSON Schema of the config, with the options of all plugins.

    An editor with a TOML language server completes and checks a config that starts with the line
    `#:schema ./ingest.schema.json`.
    """
    from ingest.config import Source, load
    from ingest.plugins import Plugins
    from ingest.schema import config_schema

    plugins = Plugins() if config_path is None else load(Source.from_file(config_path)).plugins
    click.echo(json.dumps(config_schema(plugins), indent=2, ensure_ascii=False))
    return 0
