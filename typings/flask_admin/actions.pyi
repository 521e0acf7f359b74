from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

def action(name: str, text: Any, confirmation: Any = ...) -> Callable[[F], F]: ...
