from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracle.cases import Case
from tests.oracle.documents import Documents


def sample(documents: Documents, number: int, size: int) -> list[Case]:
    """`size` different cases, drawn by Hypothesis; the same number gives the same ones.

    Hypothesis chooses where a source of chance starts, not each choice: choosing each, it gave the same document again
    and again (55 different ones of 200). What it would shrink is made smaller by `shrinking` instead.
    """
    found: dict[str, Case] = {}

    @seed(number)
    @settings(
        max_examples=size + size // 5 + 10,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def draw(random: Random) -> None:
        if len(found) < size:
            case = documents.case(random)
            found.setdefault(case.document, case)

    draw()
    return list(found.values())
