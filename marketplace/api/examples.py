"""Whole examples of what goes in and out, built from the examples of the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

OF_NAMES: dict[str, Any] = {
    "about": "Ten years of reports.",
    "answer": "Thank you, it was a pleasure.",
    "block_reason": "Asks for money in advance.",
    "description": "It shows yesterday's numbers.",
    "messenger": "Telegram @anna",
    "next_cursor": "WyIyMDI2LTExLTIwIiwgN10",
    "order_title": "Fix the report",
    "phone": "+7 912 345-67-89",
    "rating": 9,
    "site": "https://anna.example",
    "source_url": "https://example.com/tables/7",
    "terms": "b5bb9d8014a0f9b1d61e21e796d78dcc",
    "text": "On time and careful.",
}
"""What stands in several models under the same name and means the same."""

OF_FORMATS = {"date": "2030-01-31", "date-time": "2030-01-31T12:00:00Z", "email": "anna@example.com"}
OF_TYPES: dict[str, Any] = {"string": "…", "integer": 1, "number": 1.0, "boolean": True, "null": None}


def example_of(schema: Schema, schemas: Schemas, name: str = "") -> Any:
    """One value that the schema takes: its own example, else one put together from those of its parts.

    Where there is none, a text is "…", which no field should need.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, ()):
            if one.get("type") != "null":
                return example_of(one, schemas, name)
    return _of_type(schema, schemas, name)


def _of_type(schema: Schema, schemas: Schemas, name: str) -> Any:
    match schema.get("type"):
        case "object":
            needed = set(schema.get("required", ()))
            fields = {one: example_of(kind, schemas, one) for one, kind in schema.get("properties", {}).items()}
            # Nobody would send what may be left out to say nothing.
            return {one: value for one, value in fields.items() if value is not None or one in needed}
        case "array":
            return [example_of(schema["items"], schemas)]
        case kind:
            fitting = OF_FORMATS.get(schema.get("format", ""), OF_TYPES.get(str(kind)))
            return OF_NAMES.get(name, fitting)
