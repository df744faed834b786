"""The database and the broker: started here only where the environment names no server."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from launcher.errors import LauncherError
from launcher.postgres import Postgres
from launcher.valkey import Valkey


@dataclass
class Servers:
    """What is up, and the variables that lead to it (DATABASE_URL, SANDBOX_DATABASE_URL, REDIS_URL)."""

    environment: dict[str, str]
    embedded: list[Postgres | Valkey] = field(default_factory=list)

    def stop(self) -> None:
        for server in reversed(self.embedded):
            server.stop()
        self.embedded.clear()


def start(state: Path, *, password: str, durable: bool = True, given: Mapping[str, str] = os.environ) -> Servers:
    """Use the servers `given` names; start our own for the rest. Raises LauncherError with what to do."""
    up = Servers({})
    try:
        if url := given.get("DATABASE_URL"):
            up.environment["DATABASE_URL"] = url
            up.environment["SANDBOX_DATABASE_URL"] = given.get("SANDBOX_DATABASE_URL") or _sandbox_beside(url)
        else:
            postgres = Postgres(state, password, durable)
            up.embedded.append(postgres)
            postgres.start()
            up.environment["DATABASE_URL"] = postgres.url()
            up.environment["SANDBOX_DATABASE_URL"] = postgres.url("sandbox")
        if url := given.get("REDIS_URL"):
            up.environment["REDIS_URL"] = url
        else:
            valkey = Valkey(state, durable)
            up.embedded.append(valkey)
            up.environment["REDIS_URL"] = valkey.start().url
    except BaseException:
        up.stop()
        raise
    return up


def _sandbox_beside(url: str) -> str:
    """A second database on the same server, named after the portal's; made when absent."""
    parts = urlsplit(url)
    name = f"{parts.path.lstrip('/')}_sandbox"
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise LauncherError(
            f"The sandbox needs a database beside DATABASE_URL and {name} cannot be made: {error}"
            "Set SANDBOX_DATABASE_URL to an empty database."
        ) from None
    return parts._replace(path=f"/{name}").geturl()
