"""`flask admins add`: the way to the first admin of a new site."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import with_appcontext
from flask_security import hash_password

from marketplace.accounts.models import NAME_LENGTH
from marketplace.accounts.services import appoint_admin
from marketplace.core.db import db
from marketplace.core.errors import DomainError


@click.group()
def admins() -> None:
    """Makes those who make everybody else."""


@admins.command()
@click.argument("email")
@click.option("--name", default="Admin", show_default=True, help="What others call this person.")
@click.password_option(help="Asked for when not given.")
@with_appcontext
def add(email: str, name: str, password: str) -> None:
    """Add an admin with this EMAIL."""
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.ClickException(str(error)) from None
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        raise click.ClickException(f"A name has 1 to {NAME_LENGTH} characters.")
    security = current_app.extensions["security"]
    # The rules speak the language of a page; here is none, so a request is pretended.
    with current_app.test_request_context():
        wrong, normal = security.password_util.validate(password, True, email=address, name=name)
    if wrong:
        raise click.ClickException(" ".join(wrong))
    try:
        appoint_admin(email=address, password_hash=hash_password(normal), name=name)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{address} can sign in as an admin.")
