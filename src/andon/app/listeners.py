"""
Sockets to listen on: our own, or those that systemd holds open for us.

With a socket unit the ports stay open while the server is restarted: who connects meanwhile waits for a
moment instead of being refused.

Source: promise R14 of the reliability study; ``sd_listen_fds(3)``.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import NamedTuple

from andon.config import Settings

FIRST_INHERITED = 3
"""Descriptor of the first socket that was handed over."""

_BACKLOG = 2048


class StartFailed(Exception):
    """The server cannot start; the text says why and what to do."""


class Ports(NamedTuple):
    """What is listened on."""

    api: socket.socket
    otlp: socket.socket
    grpc: socket.socket | None


@contextlib.contextmanager
def taken_ports(settings: Settings) -> Iterator[Ports]:
    """
    Listen on every port while the context lasts: who connects is kept waiting until somebody answers.

    Raises:
        StartFailed: A port is taken or not ours to take.
    """
    with contextlib.ExitStack() as open_sockets:
        handed = inherited()
        wanted = {"--port": settings.port, "--otlp-port": settings.otlp_port}
        if settings.grpc:
            wanted["--grpc-port"] = settings.grpc_port
        taken = []
        for option, port in wanted.items():
            taken.append(open_sockets.enter_context(listen(settings.host, port, option, handed)))
        for unused in handed.values():
            unused.close()
        yield Ports(taken[0], taken[1], taken[2] if settings.grpc else None)


def inherited() -> dict[int, socket.socket]:
    """
    Take over the sockets that were handed to this process, by port; a second call finds none.

    Children must not believe that they are theirs: the variables are removed, the sockets not inherited.
    """
    pid, count = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return {}
    found: dict[int, socket.socket] = {}
    for descriptor in range(FIRST_INHERITED, FIRST_INHERITED + int(count)):
        listener = socket.socket(fileno=descriptor)
        listener.set_inheritable(False)
        if listener.family in {socket.AF_INET, socket.AF_INET6} and listener.type == socket.SOCK_STREAM:
            found[listener.getsockname()[1]] = listener
        else:
            listener.close()
    return found


def listen(host: str, port: int, option: str, handed: dict[int, socket.socket]) -> socket.socket:
    """
    Listen on a port: on the socket that was handed over for it, else on one of our own.

    Args:
        host: Address of our own socket; one that was handed over has its own.
        port: 0 picks a free one.
        option: How another port is chosen, for the error's text.
        handed: By port; what is used is taken out.

    Raises:
        StartFailed: The port is taken or not ours to take.
    """
    if port in handed:
        return handed.pop(port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StartFailed(
            f"Cannot listen on {host} port {port}: {reason}; "
            f"stop what uses it, or choose another with {option}"
        ) from None
