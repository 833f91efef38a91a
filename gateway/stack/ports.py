from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from pathlib import Path

from gateway.stack.errors import PortTaken
from gateway.stack.private_file import write_private

_LOOPBACK = "127.0.0.1"


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do it: a port whose last connections are only fading away counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            # Some systems let two bind, and refuse only the second that listens.
            probe.listen(1)
        except OSError:
            return False
    return True


def require_free(host: str, port: int) -> None:
    if not is_free(host, port):
        raise PortTaken(f"port {port} on {host} is taken; stop what listens there, or name another one in PORT")


def keep_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """A loopback port for each name: the one of last time where it is free, else a new one. Written back."""
    before = _read(file)
    chosen: dict[str, int] = {}
    for name in names:
        port = before.get(name, 0)
        usable = port > 0 and port not in chosen.values() and is_free(_LOOPBACK, port)
        chosen[name] = port if usable else free_port({*before.values(), *chosen.values()})
    write_private(file, json.dumps({**before, **chosen}))
    return chosen


def free_port(avoid: Iterable[int] = ()) -> int:
    """A loopback port that nobody listens on now."""
    taken = set(avoid)
    while True:
        with socket.socket() as probe:
            probe.bind((_LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port


def _read(file: Path) -> dict[str, int]:
    try:
        return {str(name): int(port) for name, port in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        # Ports are a convenience; without the file there are simply new ones.
        return {}
