"""Write the parts of the docs that follow from the code: `docs/steps.md` and the tables in `docs/configuration.md`.

python docs/generate.py            write them
python docs/generate.py --check    exit with 1 if they are not up to date
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ingest.component import Component
from ingest.plugins import Plugins
from ingest.schema import describe_options
from ingest.sections import PluginsSection, ReadSection, RunSection, WriteSection

DOCS = Path(__file__).parent
KINDS = {"step": "Steps", "reader": "Readers", "writer": "Writers", "executor": "Executors"}
SECTIONS: dict[str, type[BaseModel]] = {
    "read": ReadSection,
    "write": WriteSection,
    "run": RunSection,
    "plugins": PluginsSection,
}


def options_table(model: type[BaseModel]) -> str:
    """Give a table of the options of a component or a section."""
    options = describe_options(model)
    if not options:
        return "No options.\n"
    rows = ["| option | type | default | |", "|---|---|---|---|"]
    rows += [option_row(name, option) for name, option in options.items()]
    return "\n".join(rows) + "\n"


def option_row(name: str, option: dict[str, Any]) -> str:
    """Give one row of such a table."""
    default = "required" if option["required"] else f"`{json.dumps(option['default'], ensure_ascii=False)}`"
    kind = option["type"].replace("|", "\\|")
    return f"| `{name}` | {kind} | {default} | {' '.join(option['description'].split())} |"


def component_section(component: type[Component]) -> str:
    """Give the section of one component."""
    text = inspect.cleandoc(component.__doc__ or "")
    return f"### `{component.name}`\n\n{text}\n\n{options_table(component)}"


def steps_page(plugins: Plugins) -> str:
    """Give the page of all built-in components, steps in the order of the default recipe."""
    parts = ["# Steps, readers, writers and executors\n\nWritten by `docs/generate.py` from the code. Don't edit.\n"]
    for kind, heading in KINDS.items():
        owned = [item for item in plugins.components(kind).values() if plugins.owner(item).source == "built-in"]
        parts.append(f"## {heading}\n")
        parts += [component_section(component) for component in owned]
    return "\n".join(parts)


def configuration_page(page: str) -> str:
    """Give the page with the tables between its markers made anew."""
    for name, model in SECTIONS.items():
        start, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        replacement = f"{start}\n{options_table(model)}{end}"
        page = re.sub(f"{start}.*?{end}", lambda _, text=replacement: text, page, flags=re.DOTALL)
    return page


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    configuration = DOCS / "configuration.md"
    pages = {
        DOCS / "steps.md": steps_page(Plugins()),
        configuration: configuration_page(configuration.read_text(encoding="utf-8")),
    }
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.name} is not up to date: run python docs/generate.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
