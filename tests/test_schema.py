"""The JSON Schema of the config."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support import Project

from ingest.plugins import Plugins
from ingest.schema import config_schema

PLUGIN = """\
from enum import Enum
from pydantic import BaseModel
from ingest import Annotator, Reader, hookimpl

class Colour(Enum):
    RED = "red"
    BLUE = "blue"

class Range(BaseModel):
    low: int = 0
    colour: Colour = Colour.RED

class Painted(Annotator):
    '''Paint.'''
    name = "painted"
    ranges: list[Range] = []
    colour: Colour = Colour.BLUE

class Other(Annotator):
    '''Paint again.'''
    name = "other"
    colour: Colour = Colour.RED

@hookimpl
def register_components():
    return [Painted, Other]
"""


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from nodes(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from nodes(entry)


def test_the_schema_is_one_and_says_of_which_draft() -> None:
    schema = config_schema(Plugins())
    json.dumps(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema["properties"]) == {"read", "steps", "write", "run", "plugins"}
    objects = [node for node in nodes(schema) if node.get("type") == "object" and "properties" in node]
    assert all(node["additionalProperties"] is False for node in objects)
    required = [(name, node) for node in objects for name in node.get("required", [])]
    assert all(name in node["properties"] for name, node in required)


def test_names_are_offered_where_a_name_is_wanted() -> None:
    sections = config_schema(Plugins())["properties"]
    assert "jsonl" in sections["read"]["properties"]["reader"]["enum"]
    assert sections["write"]["properties"]["writer"]["enum"] == ["parquet"]
    assert sections["run"]["properties"]["executor"]["enum"] == ["processes", "serial"]


def test_options_that_are_models_of_a_plugin_are_found_where_the_schema_points(project: Project) -> None:
    schema = config_schema(Plugins([project.write("painted.py", PLUGIN)]))
    references = {node["$ref"] for node in nodes(schema) if "$ref" in node}
    assert references == {"#/$defs/step.painted.Range", "#/$defs/step.painted.Colour", "#/$defs/step.other.Colour"}
    assert all(reference.removeprefix("#/$defs/") in schema["$defs"] for reference in references)
    assert sum("$defs" in node for node in nodes(schema)) == 1
