"""Presses a server where wrk is not installed. It costs more CPU than wrk, so only CPU per request compares with it.

Called as: python -m bench.reading.client HOST PORT PATH CONNECTIONS SECONDS BODIES HEADERS
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import uvloop

from bench.reading.percentile import percentile

_ANSWER_TIMEOUT_S = 30.0
_LENGTH = b"content-length:"


@dataclass(slots=True)
class Tally:
    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    bytes: int = 0


def main() -> None:
    host, port, path, connections, seconds, bodies, headers = sys.argv[1:]
    requests = cycle(_requests(path, Path(bodies), Path(headers)))
    tally, took = uvloop.run(_press((host, int(port)), requests, int(connections), float(seconds)))
    result = {
        "requests": len(tally.latencies),
        "seconds": took,
        "p50_ms": percentile(tally.latencies, 0.50) * 1000,
        "p99_ms": percentile(tally.latencies, 0.99) * 1000,
        "failed": tally.failed,
        "bytes": tally.bytes,
    }
    sys.stdout.write(f"RESULT {json.dumps(result)}\n")


def _requests(path: str, bodies: Path, headers: Path) -> Sequence[bytes]:
    fixed = [
        f"POST {path} HTTP/1.1",
        "Host: bench",
        "Content-Type: application/json",
        *headers.read_text().splitlines(),
    ]
    written = []
    for line in bodies.read_text().splitlines():
        head = "\r\n".join((*fixed, f"Content-Length: {len(line.encode())}"))
        written.append(f"{head}\r\n\r\n{line}".encode())
    return written


async def _press(
    address: tuple[str, int], requests: Iterator[bytes], connections: int, seconds: float
) -> tuple[Tally, float]:
    tally, began = Tally(), time.perf_counter()
    callers = [asyncio.create_task(_call(address, requests, tally)) for _ in range(connections)]
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    for caller in callers:
        caller.cancel()
    for outcome in await asyncio.gather(*callers, return_exceptions=True):
        if outcome is not None and not isinstance(outcome, asyncio.CancelledError):
            raise outcome
    return tally, took


async def _call(address: tuple[str, int], requests: Iterator[bytes], tally: Tally) -> None:
    reader, writer = await asyncio.open_connection(*address)
    try:
        while True:
            began = time.perf_counter()
            writer.write(next(requests))
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
            tally.latencies.append(time.perf_counter() - began)
            tally.bytes += len(head) + len(body)
            tally.failed += b" 200 " not in head.partition(b"\r\n")[0]
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line.removeprefix(_LENGTH))
    raise ValueError("an answer without Content-Length")


if __name__ == "__main__":
    main()
