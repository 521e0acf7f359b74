"""The files that are ours, and what is in them: what every architecture test reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config import ROOT

FOLDERS = ("marketplace", "migrations", "scripts", "seed", "tests", "benchmarks")
SUFFIXES = {".py", ".html", ".js", ".css"}


@cache
def our_files() -> tuple[Path, ...]:
    """Code, templates, styles and scripts that we wrote."""
    found = [path for path in ROOT.glob("*.py") if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES and path.is_file()]
    return tuple(sorted(path for path in found if "vendor" not in path.parts and "__pycache__" not in path.parts))


@cache
def our_modules() -> tuple[Path, ...]:
    """The Python among them."""
    return tuple(path for path in our_files() if path.suffix == ".py")


def product_modules() -> tuple[Path, ...]:
    """The Python that runs in production, and the demo data."""
    return tuple(path for path in our_modules() if path.relative_to(ROOT).parts[0] in ("marketplace", "seed"))


@cache
def tree(path: Path) -> ast.Module:
    """The module, parsed."""
    return ast.parse(path.read_text("utf-8"), str(path))


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in the module."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def relative(path: Path) -> str:
    """The path as people say it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def place(path: Path, node: ast.expr | ast.stmt) -> str:
    """Where the node stands."""
    return f"{relative(path)}:{node.lineno}"
