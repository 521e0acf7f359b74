"""What threads refuse, in words for the person who tried."""

from marketplace.core.errors import N_, Conflict, Invalid, NotFound


class NoSuchComment(NotFound):
    """There is no such comment here, or it belongs to something else."""

    message = N_("There is no such comment, or it is not open to you.")


class NoSuchFile(NotFound):
    """There is no such file, it was deleted, or it is somebody else's."""

    message = N_("There is no such file, or it is not open to you.")


class NothingSaid(Invalid):
    """Blanks are no comment."""

    message = N_("Write your comment.")


class SaidTooMuch(Invalid):
    """A comment has an end."""

    message = N_("A comment has at most %(limit)s characters.")


class CommentDeleted(Conflict):
    """Its author took it back."""

    message = N_("The comment has been deleted.")


class CommentHidden(Conflict):
    """What a moderator took out of sight stays as it was."""

    message = N_("A moderator has hidden this comment.")


class TooLateToEdit(Conflict):
    """The others have read it, and may have answered."""

    message = N_("A comment can be edited for %(minutes)s minutes. Write another one instead.")


class FileDeleted(Conflict):
    """It is gone already."""

    message = N_("The file has been deleted.")


class NoFiles(Invalid):
    """A form without a file."""

    message = N_("Choose a file.")


class TooManyFiles(Invalid):
    """One post holds only so many."""

    message = N_("At most %(limit)s files at a time.")


class ThreadIsFull(Invalid):
    """A discussion is no archive."""

    message = N_("There are %(limit)s files here, which is the limit.")


class FileEmpty(Invalid):
    """There is nothing in it."""

    message = N_("The file “%(name)s” is empty.")


class FileTooLarge(Invalid):
    """Mail-sized files only."""

    message = N_("The file “%(name)s” is larger than %(limit)s MB.")


class FileRefused(Invalid):
    """Whatever the name says, the content is not of a kind that we keep."""

    message = N_(
        "The file “%(name)s” is of a kind that is not accepted. Accepted are pictures (JPEG, PNG, WebP, GIF), PDF,"
        " text, CSV, ZIP, MP4, and Word, Excel, PowerPoint and OpenDocument files without macros."
    )


class EndingRefused(Invalid):
    """The name promises something else than what is inside."""

    message = N_("The name of the file “%(name)s” does not fit what is in it. Give it a name that ends in .%(ending)s.")


class PictureRefused(Invalid):
    """No thumbnail can be made of it, so nobody could look at it."""

    message = N_("The picture “%(name)s” is damaged, or larger than %(megabytes)s MB or %(megapixels)s megapixels.")
