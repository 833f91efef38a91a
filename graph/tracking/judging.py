from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from graph.connection import Graph
from graph.receipts.receipt import Told
from graph.statements import tracking as statements
from graph.tracking.hit import SOURCE, Hit, HitFate, HitLetter
from graph.vocabulary import MessageState


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be written of some hits, and how many of them fared how."""

    told: tuple[Told, ...]
    fates: Counter[HitFate]


async def judge(graph: Graph, hits: Sequence[Hit]) -> Judged:
    """Writes nothing. Raises GraphError. Of a letter that is not there, as after an erasure, nothing is told."""
    ids = sorted({hit.message_id for hit in hits})
    rows = await graph.read_aside(statements.LETTERS, ids=ids, channel=SOURCE.channel, account=SOURCE.account)
    letters = {id_: HitLetter(MessageState(state), sent_at, _kept(kept)) for id_, state, sent_at, kept in rows}
    told, fates = list[Told](), Counter[HitFate]()
    for hit in hits:
        letter = letters.get(hit.message_id)
        fate, each = letter.judge(hit) if letter else (HitFate.NO_LETTER, None)
        fates[fate] += 1
        if each:
            told.append(each)
    return Judged(tuple(told), fates)


def _kept(rows: Sequence[tuple[str, int]]) -> dict[HitFate, int]:
    kept = {}
    for kind, number in rows:
        # One of a kind that only a newer version of this program writes is none of ours.
        with suppress(ValueError):
            kept[HitFate(kind)] = number
    return kept
