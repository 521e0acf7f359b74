"""Routes of the desk for the catalogue loader: ask for a run, watch it.

A run takes longer than a request may, and there is no queue of jobs yet: until there is one, a run is a process of its
own, begun after the commit, which says on its row how far it is. The site itself never reads the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.catalog import queries, services
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core import files
from marketplace.core.addresses import UnknownHost
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.fetch import MOST_BYTES, Fetcher
from marketplace.core.text import one_line
from marketplace.core.urls import FetchRefused
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.catalog.load_forms import LoadForm
from marketplace.web.catalog.starting import start_process
from marketplace.web.errors import explain
from marketplace.web.filters import number
from marketplace.web.intake import takes_files
from marketplace.web.viewer import account

UPLOAD_LIMIT = MOST_BYTES + 256 * 1024
LONGEST_NAME = 200
SHOWN_REASONS = 200

DEAD = "died"
WORDS = {
    LoadStatus.WAITING: _l("Is about to start"),
    LoadStatus.RUNNING: _l("Loading"),
    LoadStatus.DONE: _l("Done"),
    LoadStatus.FAILED: _l("Failed"),
    DEAD: _l("Broken off"),
}
LOOKS = {
    LoadStatus.WAITING: "in_progress",
    LoadStatus.RUNNING: "in_progress",
    LoadStatus.DONE: "completed",
    LoadStatus.FAILED: "cancelled",
    DEAD: "cancelled",
}


@dataclass(frozen=True)
class Run:
    """A run as pages show it: its state, `died` included, and the reasons in the reader's language."""

    load: CatalogLoad
    state: str
    words: str
    look: str
    is_open: bool
    error: str
    reasons: list[tuple[str, bool, str]]

    @property
    def skipped(self) -> int:
        """Items that were left out; a picture that could not be read leaves its item in."""
        return sum(1 for reason in self.load.skipped if reason["kind"] == "item")

    @property
    def same(self) -> int:
        """Items that are in the catalogue already, just as the source has them."""
        return max(0, self.load.done - self.load.added - self.load.updated - self.skipped)


@blueprint.route("/products/load", methods=["GET", "POST"])
@takes_files(UPLOAD_LIMIT)
def load_new() -> ResponseReturnValue:
    """Ask for a run; the ones before are listed below."""
    form = LoadForm()
    form.offer(queries.active_categories())
    if form.validate_on_submit():
        source, content = read_source(form)
        if source:
            name = files.random_name() if content else None
            load = services.start_load(source=source, options={**form.options(), "file": name}, by=account())
            if name:
                # Only now: a run that is refused leaves no file behind.
                files.write(Path(current_app.config["MEDIA_PATH"]) / "loads", name, content)
            flash(_("The run has begun: it goes on when you leave this page."), "success")
            db.session.commit()
            begin(load)
            return redirect(url_for("catalog.load_show", load_id=load.id))
    runs = [shown(load) for load in queries.latest_loads()]
    return render_template("catalog/load_new.html", form=form, runs=runs), 422 if form.is_submitted() else 200


@blueprint.get("/products/load/<id:load_id>")
def load_show(load_id: int) -> ResponseReturnValue:
    """How far a run is, what came of it, and why items were left out."""
    return render_template("catalog/load_show.html", run=shown(queries.get_load(load_id)), most=SHOWN_REASONS)


@blueprint.get("/products/load/<id:load_id>/state")
def load_state(load_id: int) -> ResponseReturnValue:
    """The same numbers for the script of the page, already written in the reader's language."""
    run = shown(queries.get_load(load_id))
    load = run.load
    texts = {name: number(getattr(load, name)) for name in ("total", "done", "added", "updated")}
    return jsonify(
        state=run.state,
        open=run.is_open,
        total=load.total,
        done=load.done,
        texts={**texts, "same": number(run.same), "skipped": number(run.skipped), "state": run.words},
    )


def shown(load: CatalogLoad) -> Run:
    """The run as pages show it."""
    died = queries.has_died(load)
    state = DEAD if died else load.status
    return Run(
        load=load,
        state=str(state),
        words=str(WORDS[state]),
        look=LOOKS[state],
        is_open=not died and load.status in (LoadStatus.WAITING, LoadStatus.RUNNING),
        error=translated(load.error, load.options.get("error") or {}) if load.error else "",
        reasons=[
            (reason["what"], reason["kind"] == "picture", translated(reason["message"], reason["values"]))
            for reason in load.skipped[:SHOWN_REASONS]
        ],
    )


def translated(message: str, values: dict[str, Any]) -> str:
    """A stored text in the reader's language; as it stands there when another release wrote it with other values."""
    try:
        return explain(DomainError(message, **values))
    except (KeyError, TypeError, ValueError):
        return message


def read_source(form: LoadForm) -> tuple[str, bytes]:
    """What the run is to read, and the file that was sent; no source when the form says now what is wrong with it."""
    if not form.has_file:
        try:
            # The run asks again: this is for whoever waits in front of the form.
            Fetcher().check(form.url.data or "")
        except (FetchRefused, UnknownHost) as error:
            form.url.errors = (*form.url.errors, explain(error))
            return "", b""
        return form.url.data or "", b""
    content = form.file.data.stream.read(MOST_BYTES + 1)
    wrong = "" if content else _("The file is empty.")
    if len(content) > MOST_BYTES:
        wrong = _("The file is larger than %(size)s MB.", size=MOST_BYTES // 1024**2)
    if wrong:
        form.file.errors = (*form.file.errors, wrong)
        return "", b""
    return one_line(form.file.data.filename)[:LONGEST_NAME] or "?", content


def begin(load: CatalogLoad) -> None:
    """Starts the process of a committed run; when there can be none, the run says so."""
    try:
        start_process(load.id)
    except OSError:
        services.fail_load(load.id, DomainError())
        db.session.commit()
