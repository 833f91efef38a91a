from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    # Not there now, and nothing has to be done about it.
    IDLE = "idle"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen at one part, and where it is wrong, what to do."""

    part: str
    verdict: Verdict
    seen: str
    advice: str = ""


def fine(part: str, seen: str) -> Finding:
    return Finding(part, Verdict.OK, seen)


def idle(part: str, seen: str) -> Finding:
    return Finding(part, Verdict.IDLE, seen)


def wrong(part: str, seen: str, advice: str) -> Finding:
    return Finding(part, Verdict.WRONG, seen, advice)
