"""Reading in a box: a process of its own with little time and memory, so that no content can take more than that.

The checks before parsers catch what is known to hurt them; this catches the rest. Run as a program, the module is what
is inside of the box.
"""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from marketplace.catalog.errors import SourceRefused, TooHeavySource
from marketplace.core.errors import DomainError
from seed.catalog.items import Item
from seed.catalog.reading import Source, read

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 20
MOST_MEMORY = 1536 * 1024 * 1024


def read_boxed(source: Source, *, seconds: int = MOST_SECONDS, memory: int = MOST_MEMORY) -> list[Item]:
    """As `read`; raises TooHeavySource when it would take more than that."""
    question = asdict(source) | {"content": base64.b64encode(source.content).decode("ascii")}
    text = json.dumps({"source": question, "seconds": seconds, "memory": memory})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "seed.catalog.boxed"],
            input=text.encode(),
            capture_output=True,
            # Loading what reads takes a moment of its own.
            timeout=seconds + 10,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooHeavySource from None
    if done.returncode:
        raise TooHeavySource
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise SourceRefused(answer["refused"], **answer["values"])
    return [Item(**item) for item in answer["items"]]


def main() -> None:
    """Answers the question on standard input on standard output."""
    question = json.load(sys.stdin)
    # Not every system has both; the caller's patience is there besides.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (question["seconds"], question["seconds"] + 1))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (question["memory"], question["memory"]))
    fields = question["source"]
    source = replace(Source(b""), **{**fields, "content": base64.b64decode(fields["content"])})
    answer: dict[str, Any]
    try:
        answer = {"items": [asdict(item) for item in read(source)]}
    except DomainError as error:
        answer = {"refused": error.message, "values": error.values}
    except MemoryError:
        raise SystemExit(1) from None
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
