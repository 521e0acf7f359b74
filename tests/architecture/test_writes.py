"""Guarded columns are written in one place each: bulk writes would bypass the listeners that keep them true."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture.sources import calls, place, product_modules, relative, tree

GUARDED_TABLES = {
    "Order": "orders",
    "OrderEvent": "order_events",
    "OrderLine": "order_lines",
    "Offer": "offers",
    "ProductPrice": "product_prices",
    "Review": "reviews",
    "CustomerCounters": "customer_counters",
    "PerformerCounters": "performer_counters",
    "CategoryCounters": "category_counters",
    "AuditEntry": "audit_entries",
}
BULK = ("update", "insert", "delete")
MAY_WRITE_IN_BULK = {
    # Counters move by SQL inside the flush that moves the order.
    "marketplace/orders/listeners/counters.py": {"CustomerCounters", "PerformerCounters", "CategoryCounters"},
    # What an offer leaves in the history names the offer, whose id the flush has just given it.
    "marketplace/orders/listeners/offers.py": {"OrderEvent"},
    "marketplace/catalog/listeners.py": {"ProductPrice"},
}
MAY_WRITE_BY_SQL = {
    # Mends counters from the rows, under a lock.
    "marketplace/orders/services/recounting.py",
    # A hundred thousand orders of demo data; `flask counters check` is clean afterwards.
    "seed/copying.py",
}
# A table that is filled in by an f-string counts as a guarded one.
SQL_WRITE = re.compile(
    rf"\b(?:UPDATE|INSERT INTO|DELETE FROM|COPY|TRUNCATE)\s+(?:{'|'.join(GUARDED_TABLES.values())}|\{{)"
)
GUARDED_COLUMNS = {
    "status",
    "performer_id",
    "taken_at",
    "completed_at",
    "cancelled_at",
    "money_state",
    "manager_id",
    "paid_at",
} | {
    *(
        "posted",
        "completed",
        "cancelled",
        "taken",
        "withdrawn",
        "rating_sum",
        "rating_count",
        "open_orders",
        "lines_total",
        "lines_count",
        "lines_digest",
    )
}
MAY_SET = {"marketplace/orders/models.py", "marketplace/orders/listeners/status.py"}


def sql_texts(path: Path) -> list[tuple[ast.expr, str]]:
    """Every text in the module that could be SQL, f-strings with their braces."""
    found: list[tuple[ast.expr, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node, node.value))
        elif isinstance(node, ast.JoinedStr):
            found.append((node, ast.unparse(node)))
    return found


def bulk_statements(paths: Iterable[Path]) -> list[str]:
    """Where a statement writes guarded tables past their listeners."""
    return [
        f"{place(path, call)} {ast.unparse(call)[:60]}"
        for path in paths
        for call in calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in BULK and call.args
        if (table := ast.unparse(call.args[0])) in GUARDED_TABLES
        if table not in MAY_WRITE_IN_BULK.get(relative(path), ())
    ]


def bulk_queries(paths: Iterable[Path]) -> list[str]:
    """Where a query is turned into a write."""
    return [
        f"{place(path, call)} {ast.unparse(call)[:60]}"
        for path in paths
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and (call.func.attr.startswith("bulk_") or (call.func.attr in BULK and ".query" in ast.unparse(call.func)))
    ]


def sql_writes(paths: Iterable[Path]) -> list[str]:
    """Where SQL as text writes guarded tables."""
    return [
        f"{place(path, node)} {text[:60]}"
        for path in paths
        if relative(path) not in MAY_WRITE_BY_SQL
        for node, text in sql_texts(path)
        if SQL_WRITE.search(text)
    ]


def assignments(paths: Iterable[Path]) -> list[str]:
    """Where somebody but the order itself sets a guarded column."""
    return [
        f"{place(path, node)} {ast.unparse(node)[:60]}"
        for path in paths
        if relative(path) not in MAY_SET
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in GUARDED_COLUMNS and ast.unparse(target.value) != "self"
    ]


SCANS: dict[Callable[[Iterable[Path]], list[str]], tuple[str, ...]] = {
    bulk_statements: ("update(Order).values(status='new')", "insert(Review).values(rating=10)", "delete(OrderEvent)"),
    bulk_queries: ("session.query(Order).update({'status': 'new'})", "session.bulk_update_mappings(Order, rows)"),
    sql_writes: (
        "text('UPDATE orders SET status = 1')",
        "text(f'UPDATE {table} SET n = 1')",
        "text('DELETE FROM reviews')",
    ),
    assignments: ("order.status = Status.NEW", "counters.completed += 1", "order.performer_id = user.id"),
}
"""Each scan, with lines that it must find."""


@pytest.mark.parametrize("scan", SCANS)
def test_nobody_writes_guarded_columns_past_their_listeners(scan: Callable[[Iterable[Path]], list[str]]) -> None:
    assert scan(product_modules()) == []


@pytest.mark.parametrize(("scan", "line"), [(scan, line) for scan, lines in SCANS.items() for line in lines])
def test_a_write_past_the_listeners_would_be_found(
    tmp_path: Path, scan: Callable[[Iterable[Path]], list[str]], line: str
) -> None:
    (tmp_path / "planted.py").write_text(line)
    assert len(scan([tmp_path / "planted.py"])) == 1
