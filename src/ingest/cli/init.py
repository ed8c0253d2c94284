"""`ingest init`: a config to start from."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command("init")
@click.argument("path", default="ingest.toml")
@click.option("--input", "input_path", default="samples", show_default=True, help="What the config reads.")
@click.option("-f", "--force", is_flag=True, help="Replace a file that stands there already.")
def command(path: str, input_path: str, force: bool) -> int:
    """Write a config with comments to PATH; default ingest.toml."""
    import json

    from ingest.config import default_steps, recipe

    target = Path(path)
    if target.exists() and not force:
        raise click.ClickException(f"{path} is there already; --force replaces it")
    text = recipe("config.toml").replace('"samples"', json.dumps(input_path, ensure_ascii=False), 1)
    try:
        target.write_text(text.replace("# STEPS\n", default_steps()), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"can't write {path}: {error.strerror}") from error
    click.echo(f"wrote {path}; next: name your input under [read] paths, then ingest check {path}, ingest run {path}")
    return 0
