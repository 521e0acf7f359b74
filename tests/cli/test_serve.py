"""`flask serve`, as a person at a terminal meets it: what it says, what it starts, and that nothing of it stays."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from config import ROOT
from tests.conftest import address_of, run_sql
from tests.people import People
from tests.races.conftest import application_on
from tests.races.site import Visitor

SECONDS = 60
OWN_SETTINGS = ("DATABASE_URL", "INSTANCE_PATH", "PORT", "APP_ENV", "SECRET_KEY")
SOMEBODY = """
from marketplace.accounts.services import register_account
from marketplace.accounts.states import Role
from marketplace.core.db import db
register_account(email="somebody@example.com", password_hash="none", role=Role.CUSTOMER, name="Somebody")
db.session.commit()
"""


class Terminal:
    """Runs `flask` commands with settings of its own and remembers what is still running."""

    def __init__(self, folder: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
        self.instance = folder / "instance"
        self.port = free_port()
        self.environ = clean | {"INSTANCE_PATH": str(self.instance), "PORT": str(self.port), "LOG_LEVEL": "ERROR"}
        self.output = folder / "output"
        self.started: list[subprocess.Popen[bytes]] = []

    def run(self, *words: str, words_in: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=self.environ | environ,
            input=words_in,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def serve(self, **environ: str) -> subprocess.Popen[bytes]:
        """Starts the site; its words go to `output`."""
        with self.output.open("wb") as output:
            command = [sys.executable, "-m", "flask", "serve"]
            server = subprocess.Popen(command, cwd=ROOT, env=self.environ | environ, stdout=output, stderr=output)
        self.started.append(server)
        return server

    def wait_for(self, words: str) -> str:
        """Waits until the site has said `words`; returns all it said so far."""
        patience = time.monotonic() + SECONDS
        while time.monotonic() < patience:
            said = self.output.read_text()
            if words in said:
                return said
            assert self.started[-1].poll() is None, said
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was not said, only: {self.output.read_text()}")

    def status(self, path: str) -> int:
        """How the site answers."""
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def ask(self, path: str, cookie: str = "") -> tuple[int, str]:
        """How the site answers, redirects too, and the id that it gave to the request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Cookie": f"session={cookie}"} if cookie else {})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers["X-Request-ID"]
        finally:
            connection.close()

    def left(self) -> list[str]:
        """The processes that still run on our folder or are the site."""
        ours = str(self.instance / "postgres")
        found = [p for p in psutil.process_iter(["cmdline", "name"]) if ours in (p.info["cmdline"] or [])]
        return [p.info["name"] for p in found] + ["site" for server in self.started if server.poll() is None]

    def wait_until_alone(self) -> None:
        """The workers of a killed site need a moment to notice; PostgreSQL is meant to stay."""
        patience = time.monotonic() + 10
        while time.monotonic() < patience:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.1)
        raise AssertionError("the workers still answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal; what it started is ended after the test, its database too."""
    it = Terminal(tmp_path)
    yield it
    for server in it.started:
        server.kill()
        server.wait()
    if it.left():
        # The last command that uses the database stops it.
        it.run("db", "current")
    assert it.left() == []


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal."""
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Traceback" not in done.stdout
    return line


def test_a_wrong_setting_is_one_line(terminal: Terminal) -> None:
    assert "PORT='abc'" in only_line(terminal.run("serve", PORT="abc"))


def test_a_database_that_cannot_be_reached_is_one_line(terminal: Terminal) -> None:
    line = only_line(terminal.run("serve", DATABASE_URL="postgresql://user:secret@127.0.0.1:1/none"))
    assert "cannot be reached" in line
    assert "secret" not in line


def test_a_database_behind_its_migrations_is_one_line_that_names_the_cure(terminal: Terminal, postgres: str) -> None:
    run_sql(postgres, "CREATE DATABASE unmigrated")
    line = only_line(terminal.run("serve", DATABASE_URL=address_of(postgres, "unmigrated")))
    assert "flask db upgrade" in line
    run_sql(postgres, "DROP DATABASE unmigrated WITH (FORCE)")


def test_a_port_in_use_is_one_line_and_starts_no_database(terminal: Terminal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", terminal.port))
        other.listen()
        assert f"Port {terminal.port} is in use" in only_line(terminal.run("serve"))
    assert not terminal.instance.exists()


def test_a_given_database_is_served_and_gets_no_demo_data(
    terminal: Terminal, fresh_database: Callable[[], str]
) -> None:
    server = terminal.serve(DATABASE_URL=fresh_database())
    said = terminal.wait_for("is ready")
    assert f"http://localhost:{terminal.port}" in said
    assert "demo" not in said
    kept = HTTPConnection("127.0.0.1", terminal.port, timeout=10)
    for pause in (0, 2.5):
        # gunicorn would close it after two seconds, under the hands of programs that are about to use it.
        time.sleep(pause)
        kept.request("GET", "/readyz")
        kept.auto_open = 0
        with kept.getresponse() as answer:
            assert answer.read() and answer.status == 200
    server.send_signal(signal.SIGTERM)
    assert server.wait(SECONDS) == 0
    kept.close()
    assert not terminal.instance.exists()


def test_nobody_is_taken_for_whoever_asked_before(terminal: Terminal, fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    with application_on(url) as app:
        somebody = Visitor.sign_in(app, People(app).customer())
        server = terminal.serve(DATABASE_URL=url, SECRET_KEY=app.config["SECRET_KEY"])
        terminal.wait_for("is ready")
        # As many as both workers have threads, several times over.
        known = [terminal.ask("/customer", somebody.cookie) for _ in range(24)]
        unknown = [terminal.ask("/customer") for _ in range(24)]
    server.send_signal(signal.SIGTERM)
    assert server.wait(SECONDS) == 0
    assert {status for status, _request_id in known} == {200}
    assert {status for status, _request_id in unknown} == {302}
    assert len({request_id for _status, request_id in known + unknown}) == 48


def test_the_own_database_is_shared_with_other_commands_and_ends_with_the_site(terminal: Terminal) -> None:
    assert terminal.run("db", "upgrade").returncode == 0
    terminal.run("shell", words_in=SOMEBODY)
    assert terminal.left() == []
    server = terminal.serve()
    assert "demo" not in terminal.wait_for("is ready")
    assert terminal.status("/readyz") == 200
    assert "(head)" in terminal.run("db", "current").stdout
    assert terminal.status("/readyz") == 200
    server.send_signal(signal.SIGINT)
    assert server.wait(SECONDS) == 0
    assert terminal.left() == []


def test_after_a_kill_the_next_start_takes_over_port_and_database(terminal: Terminal) -> None:
    server = terminal.serve()
    terminal.wait_for("Loading demo data")
    server.kill()
    server.wait()
    assert terminal.left() == ["postgres"]
    again = terminal.serve()
    # Half of the demo data is thrown away, not shown.
    terminal.wait_for("starting over")
    again.send_signal(signal.SIGINT)
    assert again.wait(SECONDS) == 0
    assert terminal.left() == []


def test_after_a_kill_of_a_serving_site_its_workers_let_go_of_the_port(
    terminal: Terminal, fresh_database: Callable[[], str]
) -> None:
    url = fresh_database()
    server = terminal.serve(DATABASE_URL=url)
    terminal.wait_for("is ready")
    server.kill()
    server.wait()
    again = terminal.serve(DATABASE_URL=url)
    terminal.wait_for("is ready")
    assert terminal.status("/healthz") == 200
    again.send_signal(signal.SIGHUP)
    assert again.wait(SECONDS) == 0
    terminal.wait_until_alone()
