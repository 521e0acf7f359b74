"""Which functions can be reached from which, by reading the code: every name at the top of a module, and what it uses.

A name counts as used wherever it stands in a body, called or handed on; methods belong to their class.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from config import ROOT
from tests.architecture.sources import tree

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Code:
    """The modules at `paths` and who uses whom in them."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.modules = {dotted(path): tree(path) for path in paths}
        self.imports = {name: dict(imported(name, module)) for name, module in self.modules.items()}
        self.top = {name: dict(defined(module)) for name, module in self.modules.items()}

    def functions(self, prefix: str) -> Iterator[str]:
        """The public functions of the modules whose name begins with `prefix`, by their whole names."""
        for module, names in self.top.items():
            if module == prefix or module.startswith(f"{prefix}."):
                yield from (
                    f"{module}.{name}"
                    for name, node in names.items()
                    if isinstance(node, ast.FunctionDef) and not name.startswith("_")
                )

    def decorated(self, prefix: str, decorator: str) -> Iterator[str]:
        """Those of them under `@decorator(…)`."""
        for whole in self.functions(prefix):
            module, _dot, name = whole.rpartition(".")
            node = self.top[module][name]
            assert isinstance(node, ast.FunctionDef)
            if any(isinstance(one, ast.Call) and ast.unparse(one.func) == decorator for one in node.decorator_list):
                yield whole

    def reached(self, roots: Iterable[str]) -> set[str]:
        """Everything that `roots` use, themselves or through others."""
        seen: set[str] = set()
        waiting = list(roots)
        while waiting:
            whole = waiting.pop()
            if whole not in seen:
                seen.add(whole)
                waiting += self.uses(whole)
        return seen

    def uses(self, whole: str) -> Iterator[str]:
        """What stands in the body of this name."""
        module, _dot, name = whole.rpartition(".")
        for node in ast.walk(self.top[module][name]):
            if isinstance(node, ast.Name | ast.Attribute):
                found = self.resolve(module, ast.unparse(node))
                if found is not None:
                    yield found

    def resolve(self, module: str, text: str, passed: Collection[str] = ()) -> str | None:
        """The whole name of what `text` (`a.b.c`) means in `module`; None when it is nothing at the top of a module."""
        head, _dot, rest = text.partition(".")
        if not rest and head in self.top[module]:
            return f"{module}.{head}"
        target = self.imports[module].get(head)
        if target is None or target in passed:
            return None
        whole = f"{target}.{rest}" if rest else target
        # The longest beginning that is a module; what follows is a name in it, or one that it imports.
        parts = whole.split(".")
        for length in range(len(parts) - 1, 0, -1):
            inside = ".".join(parts[:length])
            if inside in self.modules:
                return self.resolve(inside, ".".join(parts[length:]), (*passed, target))
        return None


def dotted(path: Path) -> str:
    """The name under which the module is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(name: str, module: ast.Module) -> Iterator[tuple[str, str]]:
    """What the names mean that the module imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)
        elif isinstance(node, ast.Import):
            # `import a.b` gives the name `a`, `import a.b as c` gives `c` for the whole.
            yield from (
                (one.asname, one.name) if one.asname else (one.name.partition(".")[0],) * 2 for one in node.names
            )


def defined(module: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """The names at the top of the module with what they are."""
    for node in module.body:
        if isinstance(node, Definition):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((target.id, node) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
