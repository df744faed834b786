"""Which ports to listen on."""

import errno
import socket
from collections.abc import Collection

from launcher.errors import LauncherError

HOST = "127.0.0.1"
TRIES = 50


def is_free(port: int) -> bool:
    """Whether we can listen there; also false when something listens on all addresses."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def exactly(port: int) -> int:
    """The port somebody asked for by number: that one or none."""
    if not 1 <= port <= 65535:
        raise LauncherError(f"{port} is not a port number (1 to 65535).")
    if not is_free(port):
        raise LauncherError(f"Port {port} is in use; choose another with --port.")
    return port


def first_free(wanted: int, *, taken: Collection[int] = ()) -> int:
    for port in range(wanted, min(wanted + TRIES, 65536)):
        if port not in taken and is_free(port):
            return port
    raise LauncherError(f"No free port between {wanted} and {wanted + TRIES - 1}.")
