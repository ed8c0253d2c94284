"""`ingest new-plugin`: a working plugin with its test."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import click

__all__ = ["command"]


@click.command("new-plugin")
@click.argument("name")
@click.option("-d", "--folder", default=".", show_default=True, help="Where to write it.")
def command(name: str, folder: str) -> int:
    """Write a working plugin, NAME.py, with its test, test_NAME.py, and a config that uses it, NAME.toml."""
    from ingest.config import recipe
    from ingest.plugins import Plugins

    slug = re.sub(r"\W+", "_", name).strip("_").lower()
    if slug in Plugins().components("step"):
        raise click.UsageError(f"there is a step {slug!r} already; choose another name")
    if keyword.iskeyword(slug) or not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise click.UsageError(f"{name!r} can't be a plugin's name; use letters, digits and _, a letter first")
    target = Path(folder)
    files = {
        target / f"{slug}.py": "plugin.py.txt",
        target / f"test_{slug}.py": "test_plugin.py.txt",
        target / f"{slug}.toml": "plugin.toml",
    }
    if taken := [str(path) for path in files if path.exists()]:
        raise click.ClickException(f"there already: {', '.join(taken)}")
    class_name = "".join(piece.capitalize() for piece in slug.split("_"))
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, template in files.items():
            text = re.sub("NAME|CLASS", lambda match: slug if match[0] == "NAME" else class_name, recipe(template))
            path.write_text(text, encoding="utf-8")
            click.echo(f"wrote {path}")
    except OSError as error:
        raise click.ClickException(f"can't write {error.filename}: {error.strerror}") from error
    click.echo(f"next: pytest {target / f'test_{slug}.py'}, and ingest preview {target / f'{slug}.toml'}")
    return 0
