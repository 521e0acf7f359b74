"""Routes of the desk for the catalogue loader: ask for a run, watch it."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.catalog import queries, services
from marketplace.catalog.states import LoadStatus
from marketplace.core import files
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.catalog.load_forms import LoadForm
from marketplace.web.errors import explain
from marketplace.web.filters import number
from marketplace.web.intake import takes_files
from marketplace.web.loads import DEAD, SHOWN_REASONS, UPLOAD_LIMIT, begin, check_address, kept, read_upload, shown
from marketplace.web.viewer import account

LOOKS = {
    LoadStatus.WAITING: "in_progress",
    LoadStatus.RUNNING: "in_progress",
    LoadStatus.DONE: "completed",
    LoadStatus.FAILED: "cancelled",
    DEAD: "cancelled",
}


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
            flash(_("The run has begun: it goes on when you leave this page."), "success")
            # A run that is refused leaves no file behind.
            with kept(name, content):
                db.session.commit()
            begin(load.id)
            return redirect(url_for("catalog.load_show", load_id=load.id))
    runs = [shown(load) for load in queries.latest_loads()]
    page = render_template("catalog/load_new.html", form=form, runs=runs, looks=LOOKS)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/products/load/<id:load_id>")
def load_show(load_id: int) -> ResponseReturnValue:
    """How far a run is, what came of it, and why items were left out."""
    run = shown(queries.get_load(load_id))
    return render_template("catalog/load_show.html", run=run, looks=LOOKS, most=SHOWN_REASONS)


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


def read_source(form: LoadForm) -> tuple[str, bytes]:
    """What the run is to read, and the file that was sent; no source when the form says now what is wrong with it."""
    try:
        if form.has_file:
            return read_upload(form.file.data)
        check_address(form.url.data or "")
    except Invalid as error:
        field = form.file if form.has_file else form.url
        field.errors = (*field.errors, explain(error))
        return "", b""
    return form.url.data or "", b""
