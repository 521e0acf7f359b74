"""What one person sees of comments and files, and may do with each: the same for pages and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.models import Order
from marketplace.orders.states import Act
from marketplace.threads import policies as talk_policies
from marketplace.threads.models import Attachment, Comment


@dataclass(frozen=True)
class ShownFile:
    """A file as this person sees it; `row` says whether it was deleted."""

    row: Attachment
    may_delete: bool


@dataclass(frozen=True)
class ShownComment:
    """A comment as this person sees it: where they may not read it there is only a trace, and no files."""

    row: Comment
    is_readable: bool
    files: Sequence[ShownFile]
    may_edit: bool
    may_delete: bool
    may_hide: bool
    may_show: bool


@dataclass(frozen=True)
class Reader:
    """Somebody who may see the talk about an order, and whether they write and add files there."""

    user: Account
    may_write: bool
    may_attach: bool

    @classmethod
    def of(cls, order: Order, user: Account) -> Reader:
        """What `user` may do in the talk about `order`; whether they may see it at all is asked before."""
        return cls(user, policies.may(Act.COMMENT, user, order), policies.may(Act.ATTACH, user, order))

    def comment(self, row: Comment) -> ShownComment:
        """One comment."""
        is_readable = talk_policies.may_read(self.user, row)
        is_own = self.may_write and talk_policies.is_author(self.user, row)
        moderates = talk_policies.may_moderate(self.user) and row.deleted_at is None
        return ShownComment(
            row=row,
            is_readable=is_readable,
            files=[self.file(file) for file in row.attachments] if is_readable else (),
            may_edit=is_own and talk_policies.obstacle_to_editing(row) is None,
            may_delete=is_own and talk_policies.obstacle_to_deleting(row) is None,
            may_hide=moderates and row.hidden_at is None,
            may_show=moderates and row.hidden_at is not None,
        )

    def file(self, row: Attachment) -> ShownFile:
        """One file."""
        may_delete = self.may_attach and row.deleted_at is None and talk_policies.may_delete(self.user, row)
        return ShownFile(row=row, may_delete=may_delete)
