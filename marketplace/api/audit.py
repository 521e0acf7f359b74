"""The audit trail, for admins."""

from __future__ import annotations

from marketplace.accounts import queries
from marketplace.accounts.queries import AuditFilter
from marketplace.api.orders.showing import person_ref
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.audit import AuditLine, AuditList, AuditQuery
from marketplace.core import clock
from marketplace.web.guards import ADMINS
from marketplace.web.language import time_zone


@operation("GET", "/audit", tag="users", query=AuditQuery, answer=AuditList, gate=ADMINS, errors=(403,))
def list_audit(query: AuditQuery) -> AuditList:
    """Read the audit trail.

    For admins: who did what to people, orders, reviews, comments, categories and products, on a page or by program, the
    newest first. No line of it is ever changed.
    """
    wanted = AuditFilter(
        action=query.what,
        subject_type=query.kind,
        subject_id=query.subject,
        actor=query.who,
        since=None if query.since is None else clock.midnight(query.since, time_zone()),
        before=None if query.until is None else clock.midnight(query.until, time_zone(), days=1),
    )
    page = queries.audit_page(wanted, after=query.cursor, size=query.limit)
    items = [
        AuditLine(
            id=line.id,
            at=line.at,
            who=person_ref(line.actor),
            what=line.action,
            kind=line.subject_type,
            subject=line.subject_id,
            before=line.before,
            after=line.after,
        )
        for line in page.items
    ]
    return AuditList(items=items, next_cursor=page.next_cursor)
