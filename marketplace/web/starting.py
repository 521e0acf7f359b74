"""The process that does a run of the catalogue loader, on the database of this site and in its folders."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from flask import current_app

from config import ROOT

COMMAND = (sys.executable, "-m", "flask", "--app", "wsgi", "catalog", "run")


def start_process(load_id: int) -> None:
    """Starts it and does not wait; raises OSError when the system has no room for it.

    It gets a session of its own, so that it outlives the worker that answered the request.
    """
    command = current_app.config.get("CATALOG_LOADER", COMMAND)
    if not command:
        return
    process = subprocess.Popen(
        [*command, str(load_id)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Whoever ends must be taken note of, or its entry stays in the system's table.
    threading.Thread(target=process.wait, name=f"catalog-run-{load_id}", daemon=True).start()


def environment() -> dict[str, str]:
    """The environment of this process, with what this application was really made with."""
    config = current_app.config
    env = dict(os.environ)
    env |= {"INSTANCE_PATH": config["INSTANCE_PATH"], "MEDIA_PATH": config["MEDIA_PATH"], "DATABASE_POOL": "1"}
    if config["EMBEDDED_DATABASE"]:
        # Without an address it joins the embedded server, which then does not stop before the run is over.
        env.pop("DATABASE_URL", None)
    else:
        env["DATABASE_URL"] = config["SQLALCHEMY_DATABASE_URI"]
    return env
