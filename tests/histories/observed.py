"""What the product holds of a history, read by a statement of the tests' own and by the product's own reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graph.clock import FixedClock
from graph.connection import Graph
from graph.consent.cause import Cause
from graph.reading.reader import Reader
from graph.statement import Statement
from graph.vocabulary import Channel
from graph.vocabulary import SubscriptionStatus as Status
from tests.graph.reading.documents import with_slots
from tests.histories.state import Consent, No, Person, Place, Record, Scope, Subscription, World

_RECORDS = """COLLECT { MATCH (%s)<-[:ABOUT]-(c:ConsentRecord) WHERE %s
                RETURN [c.fromStatus, c.toStatus, c.cause, c.at.epochMillis] ORDER BY c.seq }"""
_STATE = Statement(
    "state_of_a_history",
    """
    UNWIND $ids AS id
    MATCH (p:Profile {id: id})
    RETURN collect({id: p.id, mergedInto: head([(p)-[:MERGED_INTO]->(w) | w.id]), status: p.status,
        survivor: coalesce(p.mergedInto, p.id), memberIds: coalesce(p.memberIds, [p.id]),
        values: [(p)<-[:IDENTIFIES]-(i) | i.key],
        noes: [(p)-[:OPTED_OUT]->(o) | [head([(o)-[:OF]->(r) | r.key]), o.channel, o.since.epochMillis,
            coalesce(o.liftedForChannels, [x IN coalesce(o.liftedForResources, []) |
                head(COLLECT { MATCH (r:Resource {id: x}) RETURN r.key })])]],
        records: """
    + _RECORDS % ("p", "c.subjectId = p.id")
    + """,
        events: COLLECT { MATCH (e:Event) WHERE e.profileId = p.id AND e.occurredAt IS NOT NULL AND e.id IS NOT NULL
            RETURN e.externalId },
        subscriptions: COLLECT { MATCH (p)-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]->(s)
            RETURN {id: s.id, resource: head([(s)-[:OF]->(r) | r.key]), channel: s.channel,
                address: head([(s)-[:AT]->(i) | i.key]), status: s.status, until: s.suspendedUntil.epochMillis,
                expires: s.consentExpiresAt.epochMillis, optIn: s.optInAt.epochMillis,
                absorbedBy: head([(s)-[:ABSORBED_BY]->(by) | by.id]),
                leftAt: head([(s)-[left:LEFT]->() | left.at.epochMillis]),
                records: """
    + _RECORDS % ("s", "c.subjectId = s.id")
    + """, categories: """
    + _RECORDS % ("s", "c.subjectId <> s.id")
    + """} } })
    """,
    60_000,
)
_ONE_PERSON = """query ($by: ProfileRef!) { profile(by: $by) {
  id mergedIds events(first: 100) { nodes { externalId } } subscriptions(first: 100) { nodes { id status } }
  shop: reach(resource: {key: "shop"}, purpose: MARKETING) { ...Reached }
  news: reach(resource: {key: "shop"}, category: {key: "news"}, purpose: MARKETING) { ...Reached }
  club: reach(resource: {key: "club"}, purpose: MARKETING) { ...Reached }
} }""".replace("...Reached", "reachable verdicts { reachable subscription { id } }")


class Shown(NamedTuple):
    """What the API shows of one person: which subscriptions are `reached` by any news, and by the category `news`."""

    id: str
    merged_ids: frozenset[str]
    events: frozenset[str]
    statuses: Mapping[str, str]
    reached: frozenset[str]
    news: frozenset[str]


async def observed(graph: Graph, ids: Iterable[str], now: int) -> World:
    """Everything of the people with these ids as it stands in the graph, with what ran out by now over."""
    world = World(now)
    for row in await graph.read(_STATE, ids=sorted(ids)):
        person = Person(id=row["id"], status=Status(row["status"]), merged_into=row["mergedInto"])
        person.values = set(row["values"])
        person.records = _records(row["records"])
        for resource, channel, since, lifted in row["noes"]:
            scope = Scope(resource, None if channel is None else Channel(channel))
            person.noes[scope] = No(0, scope, since, lifted)
        world.people[person.id] = person
        world.events |= dict.fromkeys(row["events"], person.id)
        world.subscriptions |= {each["id"]: _subscription(each, person.id) for each in row["subscriptions"]}
    world.settle()
    return world


class Window:
    """Shows one person after the other as the API does, by one statement that is compiled once."""

    def __init__(self, graph: Graph) -> None:
        self._clock = FixedClock(0)
        self._reader = Reader(graph, None, self._clock)
        self._plans = self._reader.plans(with_slots(_ONE_PERSON, ("by",)))

    async def person(self, profile_id: str, now: int) -> Shown | None:
        """None where there is nobody with this id."""
        self._clock.at_ms = now
        answer = await self._reader.run(self._plans, ({"id": profile_id},))
        assert answer.errors == (), answer.errors
        data: Any = answer.data
        found = data["profile"]
        if found is None:
            return None
        both = (found["shop"], found["club"])
        for each in both:
            assert each["reachable"] is any(verdict["reachable"] for verdict in each["verdicts"])
        return Shown(
            found["id"],
            frozenset(found["mergedIds"]),
            frozenset(each["externalId"] for each in found["events"]["nodes"]),
            {each["id"]: each["status"] for each in found["subscriptions"]["nodes"]},
            frozenset().union(*map(_reached, both)),
            _reached(found["news"]),
        )


def _reached(reach: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each["subscription"]["id"] for each in reach["verdicts"] if each["reachable"])


def _subscription(row: Mapping[str, Any], holder: str) -> Subscription:
    return Subscription(
        id=row["id"],
        holder=holder,
        place=Place(row["resource"], Channel(row["channel"]), row["address"]),
        consent=Consent(Status(row["status"]), row["until"], row["expires"]),
        opt_in=row["optIn"],
        absorbed_by=row["absorbedBy"],
        left_at=row["leftAt"],
        records=_records(row["records"]),
        categories=_records(row["categories"]),
    )


def _records(rows: Iterable[Any]) -> list[Record]:
    return [
        Record(None if before is None else Status(before), Status(after), Cause(cause), at)
        for before, after, cause, at in rows
    ]
