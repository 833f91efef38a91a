from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from dispatch.redis_ping import ping
from gateway.stack.data_folder import DataFolder
from gateway.stack.ports import free_port
from gateway.stack.redis_program import RedisProgram
from gateway.stack.redis_server import RedisServer
from gateway.stack.supervisor import Supervisor

_TIMEOUT_S = 2.0


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    # A space and a quote, as on somebody's disk.
    data = DataFolder(tmp_path / 'my "data"')
    data.create()
    return data


@pytest.fixture
async def server(folder: DataFolder) -> AsyncIterator[RedisServer]:
    supervisor = Supervisor(folder)
    server = RedisServer(RedisProgram.find(), folder.redis, free_port(), "hush")
    await supervisor.start(server.part())
    yield server
    await supervisor.stop()


async def test_it_answers_only_those_who_know_the_password(server: RedisServer) -> None:
    assert await ping(server.url, _TIMEOUT_S)
    assert not await ping(replace(server, password="guess").url, _TIMEOUT_S)
    assert not await ping(f"redis://127.0.0.1:{server.port}/0", _TIMEOUT_S)


async def test_nobody_there_is_no_answer_and_no_error() -> None:
    assert not await ping(f"redis://127.0.0.1:{free_port()}/0", _TIMEOUT_S)


async def test_what_is_no_url_of_a_redis_is_refused() -> None:
    with pytest.raises(ValueError, match="Redis URL must specify"):
        await ping("127.0.0.1:6379", _TIMEOUT_S)


async def test_nothing_is_evicted_and_every_write_is_logged(server: RedisServer) -> None:
    with Redis.from_url(server.url, decode_responses=True) as client:
        found = {name: client.config_get(name) for name in ("appendonly", "maxmemory-policy", "save", "bind")}

    assert found == {
        "appendonly": {"appendonly": "yes"},
        "maxmemory-policy": {"maxmemory-policy": "noeviction"},
        "save": {"save": ""},
        "bind": {"bind": "127.0.0.1"},
    }


async def test_what_was_queued_is_there_after_a_restart(folder: DataFolder) -> None:
    server = RedisServer(RedisProgram.find(), folder.redis, free_port(), "hush")
    for command in ("set", "get"):
        supervisor = Supervisor(folder)
        await supervisor.start(server.part())
        with Redis.from_url(server.url, decode_responses=True) as client:
            found = client.set("wake-up", "msg_1") if command == "set" else client.get("wake-up")
        await supervisor.stop()

    assert found == "msg_1"


def test_the_password_stands_in_no_command_line(folder: DataFolder) -> None:
    part = RedisServer(RedisProgram.find(), folder.redis, 1, "hush").part()

    assert "hush" not in str((part.argv, part.environment))
    assert (folder.redis / "redis.conf").stat().st_mode & 0o077 == 0
