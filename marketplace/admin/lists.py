"""What every admin list promises: bounded pages and counts, input it can stand, an inert export, our templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, flash, g, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.tools import rec_getattr
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from marketplace.admin.filters import PlainFilter
from marketplace.admin.gate import AdminOnly, row_id
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.paging import DAMAGED_ADDRESS
from marketplace.web.checking import answer_check
from marketplace.web.sheets import csv_lines, file_name, sheet_answer

MAX_WORDS = 5
EXPORT_ROWS = 20_000
ROWS_AT_A_TIME = 500


class ListView(AdminOnly, ModelView):
    """A list with search, filters and export. Nothing can be written unless a view says so."""

    can_create = can_edit = can_delete = can_view_details = False
    can_export = True
    action_disallowed_list = ("delete",)
    # Flask-Admin's SecureForm signs with a key of its own; this one carries the token that the whole site checks.
    form = form_base_class = FlaskForm
    list_template = "admin/list.html"
    create_template = edit_template = "admin/form.html"
    page_size = 50
    count_limit = 10_000
    column_auto_select_related = False
    column_filters: Sequence[PlainFilter] = ()
    export_limit = EXPORT_ROWS
    loads: Sequence[Any] = ()
    """Relationships that the list shows: fetched together with the rows."""
    search_hint: Any = ""
    """What can be searched for, in words; a view without it has no search."""

    def create_blueprint(self, admin: Any) -> Any:
        """Only the routes that the view uses; the library would open all of them and redirect."""
        is_used = {
            "create_view": self.can_create,
            "edit_view": self.can_edit,
            "delete_view": self.can_delete,
            "details_view": self.can_view_details,
            "action_view": bool(self.get_actions_list()[0]),
            "export": self.can_export,
            "ajax_lookup": False,
            "ajax_update": False,
        }
        self._urls = [route for route in self._urls if is_used.get(route[1], True)]
        return super().create_blueprint(admin)

    @property
    def key(self) -> Any:
        """The column of the primary key."""
        return getattr(self.model, self._primary_key)

    def matching(self, word: str) -> ColumnElement[bool]:
        """The rows that a word of the search finds."""
        raise NotImplementedError

    def validate_form(self, form: Any) -> bool:
        answer_check(form)
        return bool(super().validate_form(form))

    def init_search(self) -> bool:
        return bool(self.search_hint)

    def search_placeholder(self) -> Any:
        return self.search_hint

    def get_one(self, id: Any) -> Any:
        """The row; a page of ours when there is none, whatever stands in the address."""
        found = db.session.get(self.model, row_id(id))
        if found is None:
            raise NotFound
        return found

    def get_list(
        self,
        page: int | None,
        sort_column: str | None,
        sort_desc: bool,
        search: str | None,
        filters: Any,
        execute: bool = True,
        page_size: int | None = None,
    ) -> tuple[int | None, Any]:
        """As the library's, but counts no further than `count_limit`, never guesses joins and breaks every tie."""
        query = self.get_query()
        if self._search_supported:
            for word in (search or "").split()[:MAX_WORDS]:
                query = query.filter(self.matching(word))
        for index, _name, value in filters or ():
            chosen = self.column_filters[index]
            query = chosen.apply(query, chosen.clean(value))
        count = self._bounded_count(query) if execute else None
        query = query.options(*(joinedload(path) for path in self.loads))
        query, _joins = self._apply_sorting(query, {}, sort_column, sort_desc)
        query = self._apply_pagination(query.order_by(self.key.desc()), page, page_size)
        return count, query.all() if execute else query

    def _bounded_count(self, query: Any) -> int:
        bounded = query.with_entities(self.key).limit(self.count_limit + 1).subquery()
        return db.session.scalar(select(func.count()).select_from(bounded)) or 0

    def _get_list_extra_args(self) -> Any:
        refuse_damaged_page(request.args.get("page", ""))
        asked = super()._get_list_extra_args()
        last_page = self.count_limit // self.page_size - 1
        asked.page = min(max(asked.page or 0, 0), last_page)
        column = self._get_column_by_idx(asked.sort)
        if column is None or column[0] not in self._sortable_columns:
            asked.sort = None
        # The library would hand every unknown argument to url_for, `_scheme` and `_external` included.
        asked.extra_args = {}
        return asked

    def get_filter_arg(self, index: int, flt: PlainFilter) -> str:
        return flt.slug

    def _get_list_filter_args(self) -> list[tuple[int, str, str]]:
        chosen = []
        for index, flt in enumerate(self.column_filters):
            value = request.args.get(flt.slug, "").strip()
            if not value:
                continue
            if flt.validate(value):
                chosen.append((index, flt.slug, value))
            else:
                flash(self.get_invalid_value_msg(value[:60], flt), "error")
                g.has_refused_filter = True
        return chosen

    def _get_filters(self, filters: Any) -> dict[str, str]:
        return {slug: value for _index, slug, value in filters or ()}

    # A refused form or filter answers 422 here like everywhere else on the site; the library says 200.
    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        answer: ResponseReturnValue = super().index_view()
        return (answer, 422) if isinstance(answer, str) and "has_refused_filter" in g else answer

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return refused(super().create_view())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        return refused(super().edit_view())

    def _export_csv(self, return_url: str) -> Response:
        asked = self._get_list_extra_args()
        column = self._get_column_by_idx(asked.sort)
        _count, query = self.get_list(
            0,
            column[0] if column else None,
            asked.sort_desc,
            asked.search,
            asked.filters,
            execute=False,
            page_size=self.export_limit,
        )
        names = [name for name, _title in self._export_columns]
        rows = ([rec_getattr(row, name) for name in names] for row in query.yield_per(ROWS_AT_A_TIME))
        lines = csv_lines([str(title) for _name, title in self._export_columns], rows)

        def stream() -> Iterator[bytes]:
            try:
                yield from lines
            finally:
                # The file is written after the request has given this session back: nobody else would end it.
                query.session.close()

        return sheet_answer(stream(), "text/csv", file_name(self.endpoint.removeprefix("admin_")))


def refuse_damaged_page(page: str) -> None:
    """The library would show the first page instead of one that cannot be."""
    if page and not (page.isascii() and page.isdigit() and len(page) < 10):
        raise Invalid(DAMAGED_ADDRESS)


def refused(answer: Any) -> ResponseReturnValue:
    """`answer`, as a 422 when a form that was sent comes back as a page."""
    if request.method == "POST" and isinstance(answer, str):
        return answer, 422
    return answer  # type: ignore[no-any-return]  # the library is untyped here
