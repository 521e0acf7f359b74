"""The embedded PostgreSQL: shared by processes, stopped by the last, started again after every kind of violent end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import psutil
import psycopg2
import pytest

from config import ROOT
from marketplace.core import embedded

USE = """
import signal
import sys
from marketplace.core import embedded
# As from a terminal, also where the tests themselves were begun with nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
embedded.ensure_running(sys.argv[1])
print("running", flush=True)
sys.stdin.readline()
"""


class Process:
    """Another process that uses the server until it is told to go."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", USE, str(folder)]
        self.popen = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait_until_running(self) -> None:
        assert self.popen.stdout is not None
        assert self.popen.stdout.readline() == "running\n"

    def end(self) -> int:
        self.popen.communicate("go\n", timeout=60)
        return self.popen.returncode

    def signal(self, number: int) -> int:
        self.popen.send_signal(number)
        self.popen.communicate(timeout=60)
        return self.popen.returncode


@pytest.fixture
def folder() -> Iterator[Path]:
    """An instance folder whose path is short enough for a socket; whatever still runs on it at the end is ended."""
    with TemporaryDirectory(prefix="podryad-") as temporary:
        place = Path(temporary) / "instance"
        yield place
        end_servers(place)


@pytest.fixture
def far_folder(tmp_path: Path) -> Iterator[Path]:
    """An instance folder whose path no socket address can hold."""
    place = tmp_path / ("Очень длинный путь, с запятой и 100% " * 3)
    yield place
    end_servers(place)


def end_servers(folder: Path) -> None:
    """Ends whatever runs on the folder, and leaves no socket of a killed one."""
    for process in servers(folder):
        process.send_signal(signal.SIGQUIT)
        process.wait(10)
    rmtree(embedded.Server(folder).sockets, ignore_errors=True)


def servers(folder: Path) -> list[psutil.Process]:
    """The PostgreSQL servers on the folder's data."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "status"]):
        arguments = process.info["cmdline"] or []
        if process.info["name"] == "postgres" and str(folder.resolve() / "postgres") in arguments:
            found.append(process)
    return found


def answers(url: str) -> bool:
    with psycopg2.connect(url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT lower('ШКАФ') = 'шкаф'")
        row = cursor.fetchone()
    connection.close()
    return row == (True,)


def test_the_address_is_known_before_anything_runs(folder: Path) -> None:
    assert str(folder) in embedded.database_url(folder)
    assert not folder.exists()


def test_the_server_answers_and_leaves_nothing_when_its_only_user_stops(folder: Path) -> None:
    server = embedded.start(folder)
    assert server.url == embedded.database_url(folder)
    assert answers(server.url)
    assert (folder / "postgres").stat().st_mode & 0o777 == 0o700
    server.stop()
    assert servers(folder) == []


def test_many_processes_may_start_it_at_once_and_the_last_one_stops_it(folder: Path) -> None:
    processes = [Process(folder) for _ in range(4)]
    for process in processes:
        process.wait_until_running()
    assert len(servers(folder)) == 1
    assert [process.end() for process in processes[:3]] == [0, 0, 0]
    assert len(servers(folder)) == 1
    assert processes[3].end() == 0
    assert servers(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_is_asked_to_end_stops_it(folder: Path, number: signal.Signals) -> None:
    process = Process(folder)
    process.wait_until_running()
    assert process.signal(number) == 128 + number
    assert servers(folder) == []


def test_after_a_killed_owner_the_next_process_takes_the_running_server_over(folder: Path) -> None:
    owner = Process(folder)
    owner.wait_until_running()
    (before,) = servers(folder)
    owner.signal(signal.SIGKILL)
    server = embedded.start(folder)
    assert servers(folder) == [before]
    server.stop()
    assert servers(folder) == []


@pytest.mark.parametrize("place", ["folder", "far_folder"])
def test_after_a_killed_server_the_next_process_starts_it_again(request: pytest.FixtureRequest, place: str) -> None:
    folder: Path = request.getfixturevalue(place)
    owner = Process(folder)
    owner.wait_until_running()
    servers(folder)[0].kill()
    server = embedded.start(folder)
    assert answers(server.url)
    assert owner.end() == 0
    assert answers(server.url)
    server.stop()
    assert servers(folder) == []


def test_the_pid_of_a_killed_server_may_belong_to_somebody_else_by_now(folder: Path) -> None:
    server = embedded.start(folder)
    (running,) = servers(folder)
    running.kill()
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        file = server.sockets / name if name.startswith(".") else folder / "postgres" / name
        file.write_text(file.read_text().replace(str(running.pid), str(os.getpid()), 1))
    again = Process(folder)
    again.wait_until_running()
    assert answers(server.url)
    assert again.end() == 0
    server.stop()
    assert servers(folder) == []


def test_a_path_that_no_socket_address_can_hold_works_too(far_folder: Path) -> None:
    server = embedded.start(far_folder, throwaway=True)
    assert answers(server.url)
    server.stop()
    assert servers(far_folder) == []
    assert not (far_folder / "postgres").exists()


def test_data_of_another_version_is_refused_in_one_line(folder: Path) -> None:
    embedded.start(folder).stop()
    (folder / "postgres/PG_VERSION").write_text("12\n")
    with pytest.raises(embedded.EmbeddedError, match=r"made by PostgreSQL 12"):
        embedded.start(folder)


def test_what_postgres_says_is_passed_on_when_it_does_not_start(folder: Path) -> None:
    embedded.start(folder).stop()
    with (folder / "postgres/postgresql.conf").open("a") as settings:
        settings.write("\nno_such_setting = 1\n")
    with pytest.raises(embedded.EmbeddedError, match=r"postgres\.log") as refusal:
        embedded.start(folder)
    assert "\n" not in str(refusal.value)
    assert servers(folder) == []
