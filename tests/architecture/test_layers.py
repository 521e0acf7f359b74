"""Who may import whom: the contracts hold, and nobody goes round them by importing inside a function."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from config import ROOT
from tests.architecture.sources import place, product_modules, tree

OURS = ("config", "marketplace", "seed", "tests")


def test_every_import_follows_the_order_of_the_packages() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_imported_inside_a_function() -> None:
    local = [
        place(path, node)
        for path in product_modules()
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert local == []


def test_no_import_of_ours_is_for_the_type_checker_only() -> None:
    hidden = [
        place(path, node)
        for path in product_modules()
        for block in ast.walk(tree(path))
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS
    ]
    assert hidden == []


def test_a_private_name_stays_in_its_package() -> None:
    taken = [
        f"{place(path, node)} {alias.name}"
        for path in product_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert taken == []
