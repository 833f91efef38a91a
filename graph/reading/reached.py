"""Whether somebody may be written to, read like any other field and decided by `graph.reach`, as everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from graph.instants import text_from_ms
from graph.reach import NO_SUBSCRIPTION, REACHABLE, Verdict, reach
from graph.reach_row import facts_from_row
from graph.reading import assemble
from graph.reading.answer import Path
from graph.reading.arguments import Arguments, Source
from graph.reading.assemble import Each, Guarded, Reading, Record
from graph.reading.computation import Computation, Row
from graph.reading.cost import Cost
from graph.reading.draft import Scope
from graph.reading.fields import Reached, Shape
from graph.reading.listing import Request, only_member
from graph.reading.page import whole
from graph.reading.shapes import SHAPES
from graph.reading.text import filled
from graph.selection import Selection, selected_on
from graph.statements.suppressions import stopping
from graph.vocabulary import Gate, MessagePurpose

ObjectReading = Callable[[Scope, Shape, tuple[Selection, ...], Path], Reading]
FieldReading = Callable[[Scope, Shape, Selection, Path], Reading]

_MOST: Final = 100
# What a computation leaves of a verdict, and where the list of verdicts stands behind that of all of them.
_PARTS_OF_VERDICT: Final = 5
_VERDICTS: Final = 4
# Eight keys are looked up for each address, and its resource.
_WEIGHT: Final = 3

_FACTS: Final[Mapping[str, str]] = {
    "subscriptionStatus": "{v}.status",
    "suspendedUntil": "{v}.suspendedUntil.epochMillis",
    "consentExpiresAt": "{v}.consentExpiresAt.epochMillis",
    "suppressions": "head(COLLECT { MATCH ({v})-[:AT]->({v}i) MATCH ({v})-[:OF]->({v}r) RETURN "
    + " ".join(stopping("{v}r.id", "{v}i", "{v}").split())
    + " })",
}
_CATEGORY: Final = (
    "head(COLLECT { MATCH ({v})-[:OF]->()-[:OFFERS]->({v}c) WHERE {v}c.{member} = {value} "
    "RETURN {mandatory: coalesce({v}c.mandatory, false), active: coalesce({v}c.active, true), "
    "joinedByDefault: coalesce({v}c.joinedByDefault, true), membership: CASE "
    "WHEN EXISTS { ({v})-[:LEFT]->({v}c) } THEN 'LEFT' WHEN EXISTS { ({v})-[:JOINED]->({v}c) } THEN 'JOINED' END} "
    "LIMIT 1 })"
)
_NO_CATEGORY: Final = Verdict(reachable=False, refused_by=Gate.CATEGORY, reason="the resource has no such category")


def reached_reading(
    scope: Scope,
    field: Reached,
    selection: Selection,
    path: Path,
    object_reading: ObjectReading,
    field_reading: FieldReading,
) -> Reading:
    """Raises BadArgument where an argument below cannot be answered."""
    draft = scope.draft
    arguments = draft.arguments(selection, path)
    cost = Cost(_MOST, opening=_MOST // 5 - _MOST)
    inner = scope.below(draft.name(), cost)
    for _ in range(_PARTS_OF_VERDICT):
        inner.blank()
    request = Request(draft, scope.variable, inner.variable, arguments, cost, draft.named(Source(None, _MOST)))
    listed = field.listing.ordered(request, whole(_MOST))
    facts = {name: inner.column(filled(template, v=inner.variable)) for name, template in _FACTS.items()}
    if arguments.given("category"):
        facts["category"] = inner.column(_category(inner, arguments))
    cost.weigh(_WEIGHT)
    verdict = partial(object_reading, inner, SHAPES["ReachVerdict"])
    parts = tuple(
        (each.response_key, _part(scope, each, (*path, each.response_key), verdict, field_reading))
        for each in selected_on(selection.children, "Reach")
    )
    name = draft.name("c")
    scope.clause(f"CALL ({scope.variable}) {{\n{listed}\n{inner.body()}RETURN collect({inner.row()}) AS {name}\n}}")
    at = f"coalesce({draft.parameter(arguments.source('at'))}, {draft.now()})"
    purpose = draft.parameter(arguments.source("purpose"))
    needs = (scope.listed(inner, name), *map(scope.column, (f"{scope.variable}.status", purpose, at)))
    place = scope.blank()
    scope.compute(Computation(partial(_judged, facts), needs, place))
    return Guarded(selection.response_key, assemble.Computed(place, Record(parts)), required=False)


def _part(
    scope: Scope,
    selection: Selection,
    path: Path,
    verdict: Callable[[tuple[Selection, ...], Path], Reading],
    field_reading: FieldReading,
) -> Reading:
    if selection.name != "verdicts" or selection.withheld is not None:
        return field_reading(scope, SHAPES["Reach"], selection, path[:-1])
    return Guarded(selection.response_key, Each(_VERDICTS, verdict(selection.children, path)), required=True)


def _category(inner: Scope, arguments: Arguments) -> str:
    member = arguments.ask("category", only_member)
    value = arguments.source("category", lambda given: (given or {}).get(member))
    return filled(_CATEGORY, v=inner.variable, member=member, value=inner.draft.parameter(value))


def _judged(facts: Mapping[str, int], people: Sequence[Row]) -> list[Row]:
    """Puts its verdict into the row of each subscription, and returns that on all of them with those rows."""
    return [_judged_person(facts, *person) for person in people]


def _judged_person(facts: Mapping[str, int], rows: Sequence[Row], status: str, purpose: str, at_ms: int) -> Row:
    verdicts = [_verdict(facts, row, status, MessagePurpose(purpose), at_ms) for row in rows]
    rank = 0
    for row, verdict in zip(rows, verdicts, strict=True):
        rank += verdict.reachable
        row[:_PARTS_OF_VERDICT] = [*_shown(verdict), rank if verdict.reachable else None]
    return [*_shown(_of_all(verdicts)), rows]


def _verdict(facts: Mapping[str, int], row: Row, status: str, purpose: MessagePurpose, at_ms: int) -> Verdict:
    told: dict[str, Any] = {"profileStatus": status, "category": None}
    told |= {name: row[position] for name, position in facts.items()}
    if "category" in facts and told["category"] is None:
        return _NO_CATEGORY
    return reach(facts_from_row(told, None), purpose, at_ms)


def _of_all(verdicts: Sequence[Verdict]) -> Verdict:
    """One that is reachable is enough; where none is, the first is named, as a message names it."""
    if not verdicts:
        return NO_SUBSCRIPTION
    if any(each.reachable for each in verdicts):
        return REACHABLE
    first = verdicts[0]
    ends = [each.retry_at_ms for each in verdicts if each.retry_at_ms is not None]
    return replace(first, retry_at_ms=min(ends, default=None))


def _shown(verdict: Verdict) -> Row:
    gate = None if verdict.refused_by is None else verdict.refused_by.value
    retry_at = None if verdict.retry_at_ms is None else text_from_ms(verdict.retry_at_ms)
    return [verdict.reachable, gate, verdict.reason, retry_at]
