"""Commands of the `flask` program."""

from flask import Flask

from marketplace.cli import counters

COMMANDS = (counters.counters,)


def init_app(app: Flask) -> None:
    """Adds the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
