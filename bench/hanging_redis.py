from __future__ import annotations

import time
from pathlib import Path
from statistics import median, quantiles

from bench.figure import Figure
from bench.stack import BenchStack, running

_REQUESTS = 200
_ROUNDS = 3
_MUTATION = """
mutation ($value: String!) {
  upsertProfile(input: {identifiers: [{type: CUSTOM, namespace: "bench", value: $value}], set: {firstName: $value}}) {
    profile { id }
  }
}
"""
_QUERY = """
query ($value: String!) {
  profile(by: {identifier: {type: CUSTOM, namespace: "bench", value: $value}}) { id firstName revision }
}
"""


def measure(folder: Path) -> list[Figure]:
    """Milliseconds per request, one after another; rounds with and without Redis take turns."""
    answering: dict[str, list[float]] = {"mutation": [], "query": []}
    hanging: dict[str, list[float]] = {"mutation": [], "query": []}
    with running(folder / "hanging") as stack:
        redis = stack.process("redis")
        _rounds(stack, "warm", {"mutation": [], "query": []})
        for number in range(_ROUNDS):
            _rounds(stack, f"answering-{number}", answering)
            redis.suspend()
            try:
                _rounds(stack, f"hanging-{number}", hanging)
            finally:
                redis.resume()
    figures = []
    for kind in ("mutation", "query"):
        usual = quantiles(answering[kind], n=20)[-1]
        figures += [
            Figure(f"{kind}, Redis answers, p50", "ms", (median(answering[kind]),)),
            Figure(f"{kind}, Redis hangs, p50", "ms", (median(hanging[kind]),), median(answering[kind])),
            Figure(f"{kind}, Redis hangs, p95", "ms", (quantiles(hanging[kind], n=20)[-1],), usual),
        ]
    return figures


def _rounds(stack: BenchStack, name: str, times: dict[str, list[float]]) -> None:
    for number in range(_REQUESTS):
        for kind, document in (("mutation", _MUTATION), ("query", _QUERY)):
            began = time.perf_counter()
            stack.ask(document, value=f"{name}-{number}")
            times[kind].append((time.perf_counter() - began) * 1000)
