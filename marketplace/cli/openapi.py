"""`flask openapi [FILE]`: the description of the JSON API as a file."""

from __future__ import annotations

from pathlib import Path

import click

from marketplace.api.description.document import described_as_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def openapi(file: Path | None) -> None:
    """Write the description of the JSON API (OpenAPI 3.1) into FILE, or print it."""
    text = described_as_json()
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
