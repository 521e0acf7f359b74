"""One folder with the embedded PostgreSQL's data: made, started, watched and shut down, by one process at a time."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from marketplace.core.embedded_host import (
    MAJOR_VERSION,
    SOCKET_PORT,
    EmbeddedError,
    as_user,
    binaries,
    environment,
    let_through,
    make_private,
    server_user,
    socket_folder,
)
from marketplace.core.parent import end_with_parent

DATABASE = "podryad"
START_SECONDS = 60
STOP_SECONDS = 60
LOG_BYTES = 10_000_000

# What a development machine wants; durability stays on, because people keep their data here.
SETTINGS = {
    "listen_addresses": "",
    "port": SOCKET_PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}
# Nobody will miss the data of a test run after a crash.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


class Cluster:
    """The data folder and the server on it; the caller sees to it that nobody else starts or stops it meanwhile."""

    def __init__(self, folder: Path, *, throwaway: bool) -> None:
        self.folder = folder
        self.data = folder / "postgres"
        self.sockets = socket_folder(self.data)
        self.log = folder / "postgres.log"
        self.throwaway = throwaway
        self._process: subprocess.Popen[bytes] | None = None
        self._refusal = ""

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@/{DATABASE}?host={quote(str(self.sockets))}&port={SOCKET_PORT}"

    def ensure_running(self) -> None:
        """Attach to a server that runs, wait for one that starts or stops, start one where there is none."""
        user = server_user(self.data)
        if user is not None:
            let_through(user, self.data / "PG_VERSION", binaries() / "postgres")
        if not self.data.exists():
            self._initialise(user)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise EmbeddedError(
                f"The data in {self.data} was made by PostgreSQL {version}, this project brings {MAJOR_VERSION}; "
                "dump it with the old version, or move the folder away."
            )
        deadline = time.monotonic() + START_SECONDS
        failures = 0
        while time.monotonic() < deadline:
            pid, status = self._postmaster()
            if pid and status == "ready" and self._has_database():
                return
            if self._process is not None and self._process.poll() is not None:
                # The sessions of a killed server need a moment to notice and let go of its memory.
                failures += 1
                if failures > 5:
                    break
                self._process = None
                time.sleep(0.5)
            if pid is None and self._process is None:
                self._spawn(user)
            time.sleep(0.03)
        raise EmbeddedError(f"The embedded PostgreSQL did not start: {self._refusal or self._last_words()}")

    def shut_down(self) -> None:
        """End the server and wait until it is gone."""
        pid, _ = self._postmaster()
        # SIGINT ends the sessions and writes a checkpoint; SIGQUIT just ends, and the next start replays the log.
        for how in (signal.SIGQUIT if self.throwaway else signal.SIGINT, signal.SIGQUIT):
            deadline = time.monotonic() + STOP_SECONDS
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            while self._postmaster()[0] == pid and pid is not None and time.monotonic() < deadline:
                time.sleep(0.03)
            if self._postmaster()[0] != pid or pid is None:
                break
        if self._process is not None:
            # Our own child stays a zombie until it is waited for.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self._process = None

    def remove(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        if self.sockets != self.data:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _initialise(self, user: pwd.struct_passwd | None) -> None:
        """Make the data folder under another name first, so that an interrupted attempt is never taken for data."""
        self._end_homeless_servers()
        for leftover in self.folder.glob("postgres.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.folder))
        try:
            if user is not None:
                os.chown(new, user.pw_uid, user.pw_gid)
            # The builtin locale knows Russian letters and is the same on every operating system.
            locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command = [str(binaries() / "initdb"), "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
            command += locale + (["--no-sync"] if self.throwaway else [])
            done = subprocess.run(command, cwd=new, env=environment(), capture_output=True, text=True, **as_user(user))
            if done.returncode:
                raise EmbeddedError(f"initdb failed: {_last_line(done.stderr)}")
            new.rename(self.data)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _spawn(self, user: pwd.struct_passwd | None) -> None:
        if self.sockets != self.data:
            make_private(self.sockets, user)
        self._clear_leftovers()
        settings = SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {})
        settings["unix_socket_directories"] = str(self.sockets)
        command = [str(binaries() / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        mode = "wb" if self.log.exists() and self.log.stat().st_size > LOG_BYTES else "ab"
        with open(self.log, mode) as output:
            # A session of its own keeps the terminal's Ctrl-C away: the server is stopped after its last user.
            self._process = subprocess.Popen(
                command,
                cwd=self.data,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, signal.SIGQUIT) if self.throwaway else None,
                **as_user(user),
            )

    def _clear_leftovers(self) -> None:
        """Remove lock files whose old pid is another process now, or nobody waited for: they would fool PostgreSQL.

        Those of a dead pid stay, because PostgreSQL uses them to see whether old sessions still hold its memory.
        """
        for file in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{SOCKET_PORT}.lock"):
            with suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
                process = psutil.Process(int(file.read_text().split()[0]))
                is_over = process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE
                if is_over or file.parent == self.data:
                    file.unlink()

    def _end_homeless_servers(self) -> None:
        """End a server whose data folder was deleted under it; by itself it would notice only within a minute."""
        for process in psutil.process_iter(["name", "cmdline"]):
            if process.info["name"] == "postgres" and str(self.data) in (process.info["cmdline"] or []):
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGQUIT)
                    process.wait(10)

    def _postmaster(self) -> tuple[int | None, str]:
        """The pid and status of the living server of this folder; no pid when there is none."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            if process.name() != "postgres" or Path(process.cwd()) != self.data:
                return None, ""
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            return None, ""
        return process.pid, lines[7].strip() if len(lines) > 7 else ""

    def _has_database(self) -> bool:
        """Whether the server lets us in; makes our database where it is missing."""
        try:
            with closing(
                psycopg2.connect(host=str(self.sockets), port=SOCKET_PORT, user="postgres", dbname="postgres")
            ) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                    if cursor.fetchone() is None:
                        cursor.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg2.OperationalError as error:
            # Somebody may have killed it this very moment; the next round sees what became of it.
            self._refusal = " ".join(str(error).split())
            return False
        return True

    def _last_words(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        fatal = [line for line in text.splitlines() if "FATAL" in line]
        return f"{_last_line(chr(10).join(fatal) or text)} (see {self.log})"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason was given"])[-1]
