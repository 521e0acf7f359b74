"""What people do with accounts, and the tickets by which their browsers open live connections."""

from marketplace.accounts.services.people import (
    appoint_admin,
    block_account,
    change_roles,
    create_account,
    end_session,
    end_session_of_token,
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

__all__ = [
    "TICKET_SECONDS",
    "appoint_admin",
    "block_account",
    "change_roles",
    "create_account",
    "end_session",
    "end_session_of_token",
    "end_sessions",
    "issue_ticket",
    "record_audit",
    "redeem_ticket",
    "register_account",
    "start_session",
    "touch_session",
    "unblock_account",
    "update_preferences",
    "update_profile",
]
