"""The PostgreSQL that comes with the project: started when first needed, shared by processes, stopped by the last one.

`database_url(folder)` only computes an address. `ensure_running(folder)` makes that address answer for the rest of this
process; `start_on_connect(engine, folder)` does so when the engine first connects. `start(folder, throwaway=True)`
gives tests a fast server of their own.

Every process that uses the server holds a shared lock on `postgres.users`; the one that can make it exclusive when it
leaves was the last and stops the server. The kernel drops the lock of a killed process, so nothing goes stale. Starting
and stopping happen under `postgres.lock`, one process at a time.
"""

import atexit
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, event

from marketplace.core.embedded_cluster import Cluster
from marketplace.core.embedded_host import EmbeddedError

__all__ = ["EmbeddedError", "Server", "database_url", "ensure_running", "start", "start_on_connect"]


class Server:
    """One process's share in the PostgreSQL of a folder."""

    def __init__(self, folder: Path | str, *, throwaway: bool = False) -> None:
        self.folder = Path(folder).resolve()
        self._cluster = Cluster(self.folder, throwaway=throwaway)
        self._share: IO[str] | None = None
        self._owner = os.getpid()

    @property
    def url(self) -> str:
        return self._cluster.url

    @property
    def sockets(self) -> Path:
        """The folder of the socket on which the server answers."""
        return self._cluster.sockets

    def start(self) -> None:
        """Attach to the running server or start one; raises EmbeddedError."""
        try:
            # PostgreSQL's own user must be able to pass through the folder when we are root.
            self.folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            with self._alone():
                share = open(self.folder / "postgres.users", "a")  # noqa: SIM115 - it stays open as long as the share
                try:
                    fcntl.flock(share, fcntl.LOCK_SH)
                    self._cluster.ensure_running()
                except BaseException:
                    self._leave(share)
                    raise
                self._share = share
        except PermissionError as error:
            raise EmbeddedError(
                f"The database in {self.folder} belongs to another user ({error}); "
                "run as that user, or set INSTANCE_PATH or DATABASE_URL."
            ) from error
        except OSError as error:
            raise EmbeddedError(f"The embedded PostgreSQL did not start: {error}") from error

    def stop(self) -> None:
        """Give the share back; whoever is last stops the server. Harmless when repeated and in forked children."""
        if self._share is None or os.getpid() != self._owner:
            return
        share, self._share = self._share, None
        with self._alone():
            self._leave(share)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(self.folder / "postgres.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _leave(self, share: IO[str]) -> None:
        with share:
            try:
                fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._cluster.shut_down()
            if self._cluster.throwaway:
                self._cluster.remove()
            # Closing alone would leave the lock to a forked child that still has the file open.
            fcntl.flock(share, fcntl.LOCK_UN)


_shares: dict[Path, Server] = {}
_shares_lock = threading.Lock()


def database_url(folder: Path | str) -> str:
    """Where the server of this folder answers, or will answer; touches nothing."""
    return Server(folder).url


def start(folder: Path | str, *, throwaway: bool = False) -> Server:
    """Start or join the server of a folder; the caller stops it.

    A throwaway server is fast instead of durable, dies with its parent and takes its data with it.
    """
    server = Server(folder, throwaway=throwaway)
    server.start()
    return server


def ensure_running(folder: Path | str) -> str:
    """Make the server of this folder answer until this process ends, and return its URL; cheap when repeated."""
    path = Path(folder).resolve()
    with _shares_lock:
        if path not in _shares:
            _leave_cleanly_on_signals()
            _shares[path] = start(path)
            atexit.register(_shares[path].stop)
        return _shares[path].url


def start_on_connect(engine: Engine, folder: Path | str) -> None:
    """Start the server when the engine first connects, so that making the app touches no database."""

    @event.listens_for(engine, "do_connect")
    def before_connect(*_: object) -> None:
        ensure_running(folder)


def _leave_cleanly_on_signals() -> None:
    """Let SIGTERM and SIGHUP run the exit handlers, which stop the server; handlers set by others stay."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))
