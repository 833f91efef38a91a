from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.errors import Refusal, UserError
from graph.vocabulary import UserErrorCode


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the person said yes or no; `at_ms` is when."""

    at_ms: int
    ip: str | None = None
    url: str | None = None
    source: str | None = None
    wording: str | None = None


def evidence_row(evidence: Evidence | None) -> dict[str, object]:
    """As the graph keeps it, by property; nulls where there is none."""
    return {
        "evidenceAt": None if evidence is None else evidence.at_ms,
        "evidenceIp": None if evidence is None else evidence.ip,
        "evidenceUrl": None if evidence is None else evidence.url,
        "evidenceSource": None if evidence is None else evidence.source,
        "evidenceWording": None if evidence is None else evidence.wording,
    }


# So far apart clocks may be. What is further ahead would outlive whatever the person says until then.
CLOCKS_APART_MS: Final = 5 * 60_000


def check_not_ahead(evidence: Evidence | None, now_ms: int, *path: str) -> None:
    """Raises Refusal INVALID for evidence from more than 5 minutes ahead."""
    if evidence is not None and evidence.at_ms > now_ms + CLOCKS_APART_MS:
        raise Refusal(UserError(UserErrorCode.INVALID, "Is more than 5 minutes in the future.", (*path, "at")))
