from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.connection import Transaction
from graph.instants import datetime_from_ms
from graph.people.attribute_definition import AttributeDefinition, definitions
from graph.people.attribute_value import Kept, plain
from graph.people.facts import ATTRIBUTE, TIME, Facts, Present, Properties, news
from graph.statements import people as statements

_NOTHING = Present()
# The row of a person of whom nothing was learned.
NOTHING_LEARNED: Final[Mapping[str, object]] = {"properties": {}, "dated": []}


@dataclass(slots=True)
class Knowledge:
    """What is known of some people, and what is learned, inside one transaction that holds those people's locks.

    Rows of a batch may be about the same person: each sees what the rows before it said. It is written once.
    """

    now_ms: int
    definitions: Mapping[str, AttributeDefinition]
    present: dict[str, Present]
    _learned: dict[str, dict[str, Kept | None]] = field(default_factory=dict)

    def of(self, profile_id: str | None) -> Present:
        """Of somebody new, or None for somebody who is still to be made, nothing is known."""
        return self.present.get(profile_id or "", _NOTHING)

    def news(self, profile_id: str | None, facts: Facts) -> dict[str, Kept | None]:
        """What these facts would change. Raises Refusal as `graph.people.facts.news` does."""
        return news(facts, self.definitions, self.of(profile_id), self.now_ms)

    def learn(self, profile_id: str, properties: Properties) -> bool:
        """Takes them to be so from now on; True where there are any."""
        if not properties:
            return False
        before = self.of(profile_id)
        values = {name: value for name, value in before.values.items() if name not in properties}
        values.update({name: plain(value) for name, value in properties.items() if value is not None})
        gained = sum((name in values) - (name in before.values) for name in properties if name.startswith(ATTRIBUTE))
        self.present[profile_id] = Present(values, before.attribute_count + gained)
        self._learned.setdefault(profile_id, {}).update(properties)
        return True

    @property
    def changed(self) -> frozenset[str]:
        """Of whom something was learned that is not written yet."""
        return frozenset(self._learned)

    async def write(self, transaction: Transaction) -> None:
        rows = [{"id": id_, **row} for id_, row in self.take(sorted(self._learned)).items()]
        if rows:
            await transaction.run(statements.SET_PROPERTIES, rows=rows, now=self.now_ms)

    def take(self, profile_ids: Iterable[str]) -> dict[str, Mapping[str, object]]:
        """What was learned of these people, as rows by id, for a caller who writes it: it is not written again."""
        return {id_: self._row(self._learned.pop(id_)) for id_ in profile_ids if id_ in self._learned}

    def _row(self, properties: Mapping[str, Kept | None]) -> Mapping[str, object]:
        """What changed now is dated by the graph: packing a time costs the driver as much as ten texts."""
        now = datetime_from_ms(self.now_ms)
        dated = [name for name, value in properties.items() if value == now and name.startswith(TIME)]
        others = {name: value for name, value in properties.items() if name not in dated}
        return {"properties": others, "dated": dated}


async def knowledge(
    transaction: Transaction,
    profile_ids: Collection[str],
    facts: Collection[Facts],
    now_ms: int,
    names: Collection[str] = (),
) -> Knowledge:
    """What is known of these people as far as the facts are about it, and of the properties `names` besides.

    Their locks must be held: what is read here is what changes are reckoned from.
    """
    keys = {change.key for each in facts for change in each.attributes}
    wanted = sorted({name for each in facts for name in each.names}.union(names))
    known = await definitions(transaction, keys) if keys else {}
    if not wanted or not profile_ids:
        return Knowledge(now_ms, known, {})
    rows = await transaction.run(statements.PROPERTIES, ids=sorted(profile_ids), names=wanted)
    return Knowledge(now_ms, known, {id_: _present(wanted, count, values) for id_, count, values in rows})


def _present(names: list[str], count: int, values: list[Kept | None]) -> Present:
    found = {name: plain(value) for name, value in zip(names, values, strict=True) if value is not None}
    return Present(found, count)


async def learned(transaction: Transaction, profile_id: str, facts: Facts, now_ms: int) -> bool:
    """Writes what is new in the facts about one person, whose lock must be held; True where anything is.

    Raises Refusal as `graph.people.facts.news` does.
    """
    known = await knowledge(transaction, [profile_id], [facts], now_ms)
    found = known.learn(profile_id, known.news(profile_id, facts))
    await known.write(transaction)
    return found
