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

STARTED = {"status": "in_progress", "manager": None, "actions": ["withdraw", "complete", "comments", "attachments"]}
NOT_YET = dict.fromkeys(("author", "review", "completed_at", "cancelled_at", "paid_at", "ready_at", "delivered_at"))

OF_SHAPES: dict[str, dict[str, Any]] = {
    "BoardOrder": {"money_state": None, "manager": None, "performer": None},
    "EventOut": {"to_status": "in_progress", "manager": None, "detail": "", "subject_id": None, "note": ""},
    "FeedItem": {"board": "off"},
    "OrderOut": STARTED | NOT_YET,
    "UserOut": {"block_reason": None},
    "OrderSummary": {"status": "in_progress", "manager": None},
}
"""What makes one story of the fields of a shape."""

OF_FORMATS = {"date": "2030-01-31", "date-time": "2030-01-31T12:00:00Z", "email": "anna@example.com"}
OF_TYPES: dict[str, Any] = {"string": "…", "integer": 1, "number": 1.0, "boolean": True}


class Examples:
    """Examples of the named shapes; those at `places`, by the name of the shape, say in their links where they are."""

    def __init__(self, schemas: Schemas, places: Mapping[str, str]) -> None:
        self.schemas, self.places = schemas, places

    def of(self, schema: Schema, name: str = "") -> Any:
        """One value that the schema takes: its own example, else one put together from those of its parts.

        Where there is none, a text is "…", which no field should need.
        """
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            return self._of_shape(schema["$ref"].rpartition("/")[2])
        for word in ("const", "default"):
            if schema.get(word) is not None:
                return schema[word]
        if "enum" in schema:
            return schema["enum"][0]
        for word in ("anyOf", "oneOf", "allOf"):
            for one in schema.get(word, ()):
                if one.get("type") != "null":
                    return self.of(one, name)
        return self._of_type(schema, name)

    def _of_shape(self, model: str) -> Any:
        found = self.of(self.schemas[model])
        if isinstance(found, dict):
            found = found | {name: value for name, value in OF_SHAPES.get(model, {}).items() if name in found}
        if model in self.places and "links" in found:
            return {**found, "links": {"self": self.places[model]}}
        return found

    def _of_type(self, schema: Schema, name: str) -> Any:
        match schema.get("type"):
            case "object":
                needed = set(schema.get("required", ()))
                fields = {one: self.of(kind, one) for one, kind in schema.get("properties", {}).items()}
                # Nobody would send what may be left out to say nothing.
                return {one: value for one, value in fields.items() if value is not None or one in needed}
            case "array":
                return [self.of(schema["items"])]
            case "null":
                return None
            case kind:
                fitting = OF_FORMATS.get(schema.get("format", ""), OF_TYPES.get(str(kind)))
                return OF_NAMES.get(name, fitting)
