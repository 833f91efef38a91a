"""The floor: the official driver running the product's own statements, without HTTP, GraphQL, keys or limits.

Called as: python -m bench.reading.raw_driver STATEMENTS, with GRAPH_URI, GRAPH_USER, GRAPH_PASSWORD, GRAPH_DATABASE.
Each line of its input is a command, each line of its output an answer; it ends with its input.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import neo4j
import orjson
import uvloop

from bench.reading.percentile import percentile

Asked = tuple[str, dict[str, Any]]


async def answer(statements: Mapping[str, Sequence[Asked]]) -> None:
    async with _driver() as driver:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = orjson.loads(line)
            of_operation = statements[command["operation"]]
            if "number" in command:
                answer = await _record(driver, of_operation[command["number"]])
            else:
                answer = await _press(driver, cycle(of_operation), command["connections"], command["seconds"])
            sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
            sys.stdout.buffer.flush()


async def _press(driver: neo4j.AsyncDriver, asked: Iterator[Asked], connections: int, seconds: int) -> Any:
    latencies: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    size = 0

    async def call() -> None:
        nonlocal size
        while (sent := time.perf_counter()) < until:
            size += len(orjson.dumps(await _record(driver, next(asked))))
            latencies.append(time.perf_counter() - sent)

    await asyncio.gather(*(call() for _ in range(connections)))
    return {
        "requests": len(latencies),
        "seconds": time.perf_counter() - began,
        "p50_ms": percentile(latencies, 0.50) * 1000,
        "p99_ms": percentile(latencies, 0.99) * 1000,
        "failed": 0,
        "unfinished": 0,
        "bytes": size,
    }


async def _record(driver: neo4j.AsyncDriver, asked: Asked) -> Any:
    text, parameters = asked
    session = driver.session(
        database=os.environ["GRAPH_DATABASE"], default_access_mode=neo4j.READ_ACCESS, fetch_size=-1
    )
    async with session:
        result = await session.run(neo4j.Query(text), parameters)
        record = await result.single(strict=True)
        return record[0]


def _driver() -> neo4j.AsyncDriver:
    return neo4j.AsyncGraphDatabase.driver(
        os.environ["GRAPH_URI"],
        auth=(os.environ["GRAPH_USER"], os.environ["GRAPH_PASSWORD"]),
        notifications_min_severity="OFF",
        telemetry_disabled=True,
    )


if __name__ == "__main__":
    uvloop.run(answer(orjson.loads(Path(sys.argv[1]).read_bytes())))
