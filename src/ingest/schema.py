"""JSON Schema of the config, with the options of every loaded component."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from ingest.component import Component
from ingest.plugins import Plugins
from ingest.sections import PluginsSection, ReadSection, RunSection, WriteSection

__all__ = ["config_schema", "describe_options"]


class _Schema(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of names: editors show them in place of the description."""

    def get_title_from_name(self, name: str) -> str:
        return ""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def config_schema(plugins: Plugins) -> dict[str, Any]:
    """Give the JSON Schema of a config file for these plugins."""
    definitions: dict[str, Any] = {}
    steps = [_step_schema(step, definitions) for _, step in sorted(plugins.components("step").items())]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ingest config",
        "type": "object",
        "additionalProperties": False,
        "required": ["read", "write"],
        "properties": {
            "read": _section_schema(ReadSection, plugins, "reader", definitions),
            "steps": {
                "type": "array",
                "description": "The steps in their order. Without this, the default recipe.",
                "items": {"oneOf": steps},
            },
            "write": _section_schema(WriteSection, plugins, "writer", definitions),
            "run": _section_schema(RunSection, plugins, "executor", definitions),
            "plugins": _model_schema(PluginsSection, "plugins", definitions),
        },
    }
    return schema | ({"$defs": definitions} if definitions else {})


def describe_options(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Give type, default, whether it is required and description of every option of a component or a section."""
    schema = model.model_json_schema()
    required = schema.get("required", [])
    return {
        name: {
            "type": _option_type(entry),
            "default": entry.get("default"),
            "required": name in required,
            "description": entry.get("description", ""),
        }
        for name, entry in schema.get("properties", {}).items()
    }


def _option_type(schema: dict[str, Any]) -> str:
    """Give the type of an option as people say it."""
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "anyOf" in schema:
        return " or ".join(_option_type(entry) for entry in schema["anyOf"] if entry.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_option_type(schema.get('items', {}))}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "table"}
    kind = schema.get("type", "any")
    return names.get(kind, str(kind))


def _model_schema(model: type[BaseModel], prefix: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of a model; what it refers to goes to the top of the whole schema, where references start."""
    schema = model.model_json_schema(schema_generator=_Schema, ref_template=f"#/$defs/{prefix}.{{model}}")
    schema.pop("title", None)
    definitions.update({f"{prefix}.{name}": entry for name, entry in schema.pop("$defs", {}).items()})
    return schema


def _section_schema(
    section: type[BaseModel], plugins: Plugins, kind: str, definitions: dict[str, Any]
) -> dict[str, Any]:
    """Give the schema of a section with a table for every component of a kind."""
    schema = _model_schema(section, kind, definitions)
    schema["additionalProperties"] = False
    for name, component in sorted(plugins.components(kind).items()):
        schema["properties"][name] = _component_schema(component, definitions)
    return _with_names(schema, plugins, kind)


def _with_names(schema: dict[str, Any], plugins: Plugins, kind: str) -> dict[str, Any]:
    """Give the schema with the names that the key `reader`, `writer` or `executor` may have."""
    schema["properties"][kind] |= {"enum": sorted(plugins.components(kind))}
    schema["properties"][kind].pop("anyOf", None)
    return schema


def _component_schema(component: type[Component], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _model_schema(component, f"{component.kind}.{component.name}", definitions)
    schema["description"] = component.summary()
    return schema


def _step_schema(step: type[Component], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _component_schema(step, definitions)
    use = {"const": step.name, "description": step.summary()}
    schema["properties"] = {"use": use} | schema.get("properties", {})
    schema["required"] = ["use", *schema.get("required", [])]
    return schema
