"""What people do on a thread. Who sees it, its lock and its history are for what the thread belongs to."""

from marketplace.threads.services.attachments import (
    MAX_BYTES,
    MAX_FILES,
    MAX_FILES_AT_ONCE,
    StoredFile,
    Upload,
    attach_files,
    delete_file,
    file_folder,
    refuse_deleting_file,
    remove_file,
    stored,
    thumbnail_name,
)
from marketplace.threads.services.comments import (
    add_comment,
    delete_comment,
    edit_comment,
    hide_comment,
    refuse_deleting,
    refuse_editing,
    show_comment,
    start_thread,
)

__all__ = [
    "MAX_BYTES",
    "MAX_FILES",
    "MAX_FILES_AT_ONCE",
    "StoredFile",
    "Upload",
    "add_comment",
    "attach_files",
    "delete_comment",
    "delete_file",
    "edit_comment",
    "file_folder",
    "hide_comment",
    "refuse_deleting",
    "refuse_deleting_file",
    "refuse_editing",
    "remove_file",
    "show_comment",
    "start_thread",
    "stored",
    "thumbnail_name",
]
