from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from dispatch.redis_ping import ping
from gateway.stack.part import Part
from gateway.stack.plain_environment import plain_environment
from gateway.stack.private_file import write_private
from gateway.stack.redis_program import RedisProgram

_PING_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class RedisServer:
    program: RedisProgram
    folder: Path
    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def part(self) -> Part:
        """Ready to be started: its configuration is written now."""
        configuration = self.folder / "redis.conf"
        # The password stands in a file of 0600 because a command line can be read by everybody.
        write_private(configuration, "".join(f"{line}\n" for line in self._settings()))
        return Part(
            name="redis",
            argv=(str(self.program.path), str(configuration)),
            environment=plain_environment(),
            answers=partial(ping, self.url, _PING_TIMEOUT_S),
        )

    def _settings(self) -> tuple[str, ...]:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return (
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{folder}"',
            "appendonly yes",
            'save ""',
            # A wake-up that was silently evicted would wait for the sweeper.
            "maxmemory-policy noeviction",
            "daemonize no",
        )
