from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that only grows while this process lives, or a gauge, which does not. Labels are names and values."""

    name: str
    description: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    is_gauge: bool = False


def exposition(counters: Iterable[Counter]) -> str:
    """Prometheus' text format 0.0.4. Counters of one name have to stand beside each other.

    Neither names nor values of labels come from outside, so nothing needs to be escaped.
    """
    lines: list[str] = []
    last = ""
    for each in counters:
        if each.name != last:
            kind = "gauge" if each.is_gauge else "counter"
            lines += [f"# HELP {each.name} {each.description}", f"# TYPE {each.name} {kind}"]
        last = each.name
        labels = ",".join(f'{name}="{value}"' for name, value in each.labels)
        lines.append(f"{each.name}{{{labels}}} {each.value}" if labels else f"{each.name} {each.value}")
    return "\n".join(lines) + "\n"
