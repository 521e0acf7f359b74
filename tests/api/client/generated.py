"""The generated package: its operations, its models, and somebody who uses them."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

NAME = "podryad_client"


class Generated(NamedTuple):
    """Where it is, and what the generator said."""

    folder: Path
    said: str

    def part(self, name: str = "") -> ModuleType:
        """A module of the package."""
        return importlib.import_module(f"{NAME}.{name}".rstrip("."))

    def model(self, name: str) -> Any:
        """A shape by its name."""
        return getattr(self.part("models"), name)

    def operation(self, name: str) -> ModuleType:
        """The module of an operation, whichever tag it is filed under."""
        (file,) = self.folder.glob(f"api/*/{name}.py")
        return self.part(f"api.{file.parent.name}.{name}")


class Caller:
    """A program that is written against the generated client."""

    def __init__(self, generated: Generated, address: str, token: str | None = None) -> None:
        self.generated = generated
        package = generated.part()
        headers = {"Accept-Language": "en"}
        # What is not documented is a failure.
        told: dict[str, Any] = {"base_url": address, "headers": headers, "raise_on_unexpected_status": True}
        self.client = package.Client(**told) if token is None else package.AuthenticatedClient(token=token, **told)

    def ask(self, name: str, /, *values: Any, **fields: Any) -> Any:
        """Calls an operation; the whole answer, with its status and headers."""
        return self.generated.operation(name).sync_detailed(*values, client=self.client, **fields)

    def get(self, name: str, /, *values: Any, **fields: Any) -> Any:
        """Calls an operation that must succeed; what it answers, read."""
        answer = self.ask(name, *values, **fields)
        assert answer.status_code < 300, answer.content
        return answer.parsed

    def close(self) -> None:
        """Lets go of the connection."""
        self.client.get_httpx_client().close()
