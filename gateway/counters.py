from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that only grows while this process lives. `label` is a name and a value, or nothing."""

    name: str
    description: str
    value: int
    label: tuple[str, str] | None = None


def exposition(counters: Iterable[Counter]) -> str:
    """Prometheus' text format 0.0.4. Counters of one name have to stand beside each other.

    Neither names nor values of labels come from outside, so nothing needs to be escaped.
    """
    lines: list[str] = []
    last = ""
    for each in counters:
        if each.name != last:
            lines += [f"# HELP {each.name} {each.description}", f"# TYPE {each.name} counter"]
        last = each.name
        label = '{{{}="{}"}}'.format(*each.label) if each.label else ""
        lines.append(f"{each.name}{label} {each.value}")
    return "\n".join(lines) + "\n"
