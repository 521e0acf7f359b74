"""Commands of the `flask` program."""

from flask import Flask

from marketplace.cli import admins, catalog, counters, demo, files, offers, openapi, serve

COMMANDS = (
    *(admins.admins, catalog.catalog, counters.counters, demo.demo, files.files, offers.offers, openapi.openapi),
    serve.serve,
)


def init_app(app: Flask) -> None:
    """Adds the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
