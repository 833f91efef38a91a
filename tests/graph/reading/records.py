"""Records as the graph may give them for a plan: of the right form, with values and nulls at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.instants import text_from_ms
from graph.money import decimal_from_micros
from graph.reading.assemble import Computed, Each, Guarded, Leaf, Present, Reading, Record
from graph.reading.compile import Plan
from graph.reading.cut import ENTRIES, Cut, Place
from graph.reading.roots import InOrder, Only
from graph.reading.values import parsed
from graph.reading.variants import Variant

Draw = Callable[["Dice"], object]


@dataclass(frozen=True, slots=True)
class Dice:
    """`nulls` is how often a value is missing, `bad` how often it is nothing that could be converted."""

    random: random.Random
    nulls: float
    bad: float
    parameters: Mapping[str, Any]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def size(self, most: int) -> int:
        return self.random.choice([0, 1, 2, most]) if most >= 2 else self.random.randint(0, most)


@dataclass(slots=True)
class Columns:
    """How each place of a row is drawn. `kinds` are places that tell which of several lists holds a row."""

    draws: dict[int, Draw] = field(default_factory=dict)
    kinds: dict[int, list[tuple[str, int]]] = field(default_factory=dict)

    def row(self, dice: Dice) -> list[object]:
        length = max((*self.draws, *self.kinds), default=-1) + 1
        row = [self.draws[place](dice) if place in self.draws else None for place in range(length)]
        for place, alternatives in self.kinds.items():
            chosen = row[place] = dice.random.choice(sorted({kind for kind, _ in alternatives}))
            for kind, position in alternatives:
                row[position] = [self.list_of(position).row(dice)] if kind == chosen else []
        return row

    def list_of(self, place: int) -> Columns:
        """The rows of the list at this place; two readings may share them."""
        known = self.draws.get(place)
        if not isinstance(known, Rows):
            known = self.draws[place] = Rows(Columns())
        return known.columns


@dataclass(slots=True)
class Rows:
    columns: Columns
    most: Callable[[Dice], int] = lambda _: 2

    def __call__(self, dice: Dice) -> object:
        return [self.columns.row(dice) for _ in range(dice.size(self.most(dice)))]


def record_of(plan: Plan, dice: Dice) -> list[object]:
    columns = Columns()
    _add(columns, plan.reading)
    for placed in plan.computations:
        here = columns
        for place in placed.way:
            here = here.list_of(place)
        for need in placed.computation.needs:
            here.draws[need] = lambda dice: _value(dice, ["Europe/London", "GB", "US", "nowhere", ""])
        here.draws[placed.computation.place] = lambda _: None
    return columns.row(dice)


def readings_of(reading: Reading) -> Iterator[Reading]:
    """It and all below."""
    yield reading
    for below in _below(reading):
        yield from readings_of(below)


def _below(reading: Reading) -> list[Reading]:
    match reading:
        case Record(entries):
            return [each for _, each in entries]
        case InOrder(_, found):
            return [each for _, each in found.values()]
        case Variant(_, readings):
            return [each for _, each in readings.values()]
        case Present() | Each() | Computed() | Guarded() | Only() | Cut():
            return [reading.reading]
        case _:
            return []


def _add(columns: Columns, reading: Reading) -> None:
    match reading:
        case Leaf(_, position, convert, _):
            if convert is not None or position not in columns.draws:
                columns.draws[position] = _leaf(convert)
        case Each(position, below) | Only(position, below):
            _add(columns.list_of(position), below)
        case Place() | Cut() | InOrder() | Variant():
            _add_rows(columns, reading)
        case Computed():
            # What stands there is computed.
            return
        case _:
            if isinstance(reading, Present):
                columns.draws.setdefault(reading.position, _leaf(None))
            for below in _below(reading):
                _add(columns, below)


def _add_rows(columns: Columns, reading: Place | Cut | InOrder | Variant) -> None:
    match reading:
        case Place():
            _add_place(columns, reading)
        case Cut():
            _add_cut(columns, reading)
        case InOrder():
            _add_in_order(columns, reading)
        case Variant():
            _add_variant(columns, reading)


def _add_place(columns: Columns, place: Place) -> None:
    columns.draws.setdefault(place.identity, lambda dice: _value(dice, ["a_1", "b_2"]))
    if place.value is not None:
        columns.draws.setdefault(place.value, _leaf(text_from_ms))


def _add_cut(columns: Columns, cut: Cut) -> None:
    for count in cut.counts:
        columns.draws[count.column] = lambda dice: [dice.random.randint(0, 5), dice.random.randint(5, 12)]
    if cut.entries is None:
        return
    entries = columns.list_of(cut.entries.column)
    wanted = cut.entries.wanted
    columns.draws[cut.entries.column] = Rows(entries, lambda dice: dice.parameters[wanted])
    if cut.entries.place is not None:
        _add_place(entries, cut.entries.place)
    if cut.entries.mark is not None:
        columns.draws[cut.entries.mark] = lambda dice: None if dice.chance(0.5) else [7, "a_9"]
    for each in readings_of(cut.reading):
        if isinstance(each, Each) and each.position == ENTRIES:
            _add(entries, each.reading)


def _add_in_order(columns: Columns, reading: InOrder) -> None:
    for kind, (position, below) in reading.found.items():
        rows = columns.list_of(position)
        _add(rows, below)
        columns.draws[position] = _found_ids(rows, reading.asked, kind)


def _found_ids(rows: Columns, asked: str, kind: str) -> Draw:
    def draw(dice: Dice) -> object:
        identities = {each for each in dice.parameters[asked] if each.startswith(f"{kind}_") and dice.chance(0.7)}
        return [[identity, *rows.row(dice)[1:]] for identity in sorted(identities)]

    return draw


def _add_variant(columns: Columns, reading: Variant) -> None:
    alternatives = columns.kinds.setdefault(reading.kind, [])
    for kind, (position, below) in reading.readings.items():
        alternatives.append((kind, position))
        _add(columns.list_of(position), below)


def _leaf(convert: object) -> Draw:
    values: list[object]
    if convert is text_from_ms:
        values = [0, 1_700_000_000_123, -1]
    elif convert is decimal_from_micros:
        values = [0, 12_550_000, -1]
    elif convert is parsed:
        values = ['{"a": [1, null]}', "[]", "7"]
    else:
        assert convert is None
        values = ["text", "", 7, 0, True, False, ["a"], []]
    return lambda dice: _value(dice, values, "no such value" if convert else None)


def _value(dice: Dice, values: list[Any], bad: object = None) -> object:
    if dice.chance(dice.nulls):
        return None
    if bad is not None and dice.chance(dice.bad):
        return bad
    return dice.random.choice(values)
