"""Whole examples of what goes in and out, built from the examples of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

OF_FORMATS = {"date": "2030-01-31", "date-time": "2030-01-31T12:00:00Z", "email": "anna@example.com"}
OF_TYPES: dict[str, Any] = {"string": "…", "integer": 1, "number": 1.0, "boolean": True, "null": None}


def example_of(schema: Schema, schemas: Schemas) -> Any:
    """One value that the schema takes: its own example, else one put together from those of its parts."""
    if "$ref" in schema and "examples" not in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, ()):
            if one.get("type") != "null":
                return example_of(one, schemas)
    return _of_type(schema, schemas)


def _of_type(schema: Schema, schemas: Schemas) -> Any:
    match schema.get("type"):
        case "object":
            return {name: example_of(one, schemas) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], schemas)]
        case kind:
            return OF_FORMATS.get(schema.get("format", ""), OF_TYPES.get(str(kind)))
