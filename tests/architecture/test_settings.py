"""Every setting is said in the README, reaches the container, and can be set in the file that compose reads."""

from __future__ import annotations

import ast
import re

from config import ROOT
from tests.architecture.sources import tree

READERS = {"_choice", "_flag", "_number", "_words"}
GIVEN_BY_THE_CONTAINER = {"APP_ENV", "DATABASE_URL", "INSTANCE_PATH", "MEDIA_PATH", "PORT"}
READ_BY_COMPOSE_ITSELF = {"POSTGRES_PASSWORD", "PUBLIC_PORT"}


def settings() -> set[str]:
    """The names that config.py reads from the environment."""
    names = set()
    for node in ast.walk(tree(ROOT / "config.py")):
        if isinstance(node, ast.Call) and node.args:
            name = ""
            if isinstance(node.func, ast.Name) and node.func.id in READERS:
                name = ast.unparse(node.args[1])
            elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "env.get":
                name = ast.unparse(node.args[0])
            names |= set(re.findall(r"^'([A-Z_]+)'$", name))
    return names


def test_the_readme_explains_every_setting_and_no_other() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("## Configuration")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) == settings()


def test_compose_passes_every_setting_on_and_its_example_file_holds_them() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    site = compose.partition("&site\n")[2].partition("depends_on")[0]
    assert set(re.findall(r"^ +([A-Z_]+):", site, re.MULTILINE)) == settings() - {"INSTANCE_PATH", "MEDIA_PATH", "PORT"}
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert example == settings() - GIVEN_BY_THE_CONTAINER | READ_BY_COMPOSE_ITSELF
