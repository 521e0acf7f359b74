from collections.abc import Callable
from typing import Any

def macro(name: str) -> Callable[..., Any]: ...
