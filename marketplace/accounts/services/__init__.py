"""What people do with accounts, the tickets by which their browsers open live connections, the tokens of programs."""

from marketplace.accounts.services.people import (
    appoint_admin,
    block_account,
    change_roles,
    create_account,
    end_session,
    end_session_of_token,
    end_session_with_id,
    end_sessions,
    record_audit,
    register_account,
    start_session,
    touch_session,
    unblock_account,
    update_preferences,
    update_profile,
)
from marketplace.accounts.services.tickets import TICKET_SECONDS, issue_ticket, redeem_ticket
from marketplace.accounts.services.tokens import (
    Tokens,
    access_token,
    read_access_token,
    refresh_tokens,
    sign_in_program,
)

__all__ = [
    "TICKET_SECONDS",
    "Tokens",
    "access_token",
    "appoint_admin",
    "block_account",
    "change_roles",
    "create_account",
    "end_session",
    "end_session_of_token",
    "end_session_with_id",
    "end_sessions",
    "issue_ticket",
    "read_access_token",
    "record_audit",
    "redeem_ticket",
    "refresh_tokens",
    "register_account",
    "sign_in_program",
    "start_session",
    "touch_session",
    "unblock_account",
    "update_preferences",
    "update_profile",
]
