"""Which operation leads to which: links of the description, for readers and for programs that walk along them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from marketplace.api.protocol.operations import Operation

IDS = re.compile(r"<id:(\w+)>")
COLLECTION = re.compile(r"/(\w+?)(ies|s)$")

NEXT = {
    "take_order": ("complete_order", "withdraw_order"),
    "complete_order": ("rate_order", "pay_order"),
    "rate_order": ("answer_review",),
    "hide_order": ("show_order",),
    "hide_review": ("show_review",),
    "block_user": ("unblock_user",),
    "request_quote": ("post_offer",),
    "pay_order": ("ready_order",),
    "ready_order": ("deliver_order",),
}
"""What comes after an act on an order; whoever has posted one is shown everything that can be done with it."""


def links_of(made: Operation, operations: Mapping[str, Operation]) -> dict[str, Any]:
    """Where the answer of `made` leads, by the names of the operations there."""
    found: dict[str, Any] = {}
    for name, where in _implied(made, operations):
        found.setdefault(name, _link(operations[name], where))
    return found


def _implied(made: Operation, operations: Mapping[str, Operation]) -> Iterator[tuple[str, dict[str, str]]]:
    known = {name: f"$request.path.{name}" for name in IDS.findall(made.rule)}
    for name in NEXT.get(made.name, ()):
        yield name, known
    fields = {} if made.answer is None else made.answer.model_fields
    thing = _thing_of(made.rule)
    is_one, is_new = made.method == "GET" and made.rule.endswith(">"), made.status in (201, 202) and "id" in fields
    for other in operations.values():
        wanted = IDS.findall(other.rule)
        if is_new and thing in wanted and set(wanted) <= {*known, thing}:
            yield other.name, _chosen(known | {thing: "$response.body#/id"}, wanted)
        elif other.method != "GET":
            continue
        elif "items" in fields and other.rule.endswith(f"<id:{thing}>"):
            yield other.name, _chosen(known | {thing: "$response.body#/items/0/id"}, wanted)
        elif is_one and other.rule.startswith(f"{made.rule}/") and set(wanted) == set(known):
            yield other.name, known


def places_of(operations: Iterable[Operation]) -> dict[str, str]:
    """Where a thing of each shape is, by the name of the shape; its id, and those of what it belongs to, are 7."""
    operations = list(operations)
    known = [(made, made.answer) for made in operations if made.answer is not None]
    found = {
        shape.__name__: made.rule for made, shape in known if made.method == "GET" or "items" in shape.model_fields
    }
    things = {made.rule.rpartition("/")[2]: made.rule for made in operations if made.method in ("DELETE", "GET")}
    for made, shape in known:
        if COLLECTION.search(made.rule) and "items" in shape.model_fields:
            (item,) = get_args(shape.model_fields["items"].annotation)
            found[item.__name__] = things.get(f"<id:{_thing_of(made.rule)}>", "")
    return {shape: IDS.sub("7", rule) for shape, rule in found.items() if rule}


def _thing_of(rule: str) -> str:
    """`order_id` for the address of all orders, "" for that of something else."""
    collection = COLLECTION.search(rule)
    return f"{collection[1]}{'y' if collection[2] == 'ies' else ''}_id" if collection else ""


def _chosen(where: Mapping[str, str], names: list[str]) -> dict[str, str]:
    return {name: where[name] for name in names}


def _link(other: Operation, where: dict[str, str]) -> dict[str, Any]:
    link: dict[str, Any] = {"operationId": other.name, "description": f"{other.summary}."}
    if where:
        link["parameters"] = where
    return link
