"""What people do with accounts, the tickets by which their browsers open live connections, the tokens of programs."""

from marketplace.accounts.services.forgetting import forget_browsers
from marketplace.accounts.services.mending import locked_for_mending, mend_profile, sign_out_account
from marketplace.accounts.services.passwords import hold_checked
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
    forget_over,
    read_access_token,
    refresh_tokens,
    repeat_sign_in,
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
    "forget_browsers",
    "forget_over",
    "hold_checked",
    "issue_ticket",
    "locked_for_mending",
    "mend_profile",
    "read_access_token",
    "record_audit",
    "redeem_ticket",
    "refresh_tokens",
    "register_account",
    "repeat_sign_in",
    "sign_in_program",
    "sign_out_account",
    "start_session",
    "touch_session",
    "unblock_account",
    "update_preferences",
    "update_profile",
]
