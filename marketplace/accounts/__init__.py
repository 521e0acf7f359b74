"""People: accounts, profiles, sign-in sessions and the audit trail of what admins did."""
