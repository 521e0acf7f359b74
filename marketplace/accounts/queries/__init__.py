"""Every SELECT of people."""

from marketplace.accounts.queries.accounts import (
    desk_accounts,
    find_account_by_email,
    get_account,
    locked_account,
    locked_accounts,
    locked_owner,
    read_again,
)
from marketplace.accounts.queries.audit import (
    AuditFilter,
    audit_page,
)
from marketplace.accounts.queries.search import (
    PeopleFilter,
    find_customers,
    people,
    people_called,
)
from marketplace.accounts.queries.sessions import (
    LiveViewer,
    find_live_session,
    find_own_session,
    find_program_of,
    find_refresh_token,
    find_session_of_token,
    live_addresses,
    live_sessions,
    live_viewers,
    locked_program,
)

__all__ = [
    "AuditFilter",
    "LiveViewer",
    "PeopleFilter",
    "audit_page",
    "desk_accounts",
    "find_account_by_email",
    "find_customers",
    "find_live_session",
    "find_own_session",
    "find_program_of",
    "find_refresh_token",
    "find_session_of_token",
    "get_account",
    "live_addresses",
    "live_sessions",
    "live_viewers",
    "locked_account",
    "locked_accounts",
    "locked_owner",
    "locked_program",
    "people",
    "people_called",
    "read_again",
]
