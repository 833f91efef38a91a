"""An import that runs by itself, step by step, by whoever comes along."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.erasing.erase import EraseProfile, erase_profile
from graph.errors import Raced, Refusal, UserError
from graph.history.row import RowResult, refused
from graph.idempotency import Guard
from graph.identifiers import identifier
from graph.importing import job as jobs
from graph.importing.job import (
    MOST_REJECTS,
    HeldJob,
    NewJob,
    claim_job,
    job_standing,
    record_failure,
    release_job,
    start_job,
    take_step,
)
from graph.importing.profiles import import_profiles_in
from graph.importing.row import ImportedProfile, ImportTerms
from graph.importing.stored_row import rows_from_text, rows_to_text
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertMode, UpsertProfile, upsert_profile
from graph.revisions import changed_revisions
from graph.statement import Statement
from graph.subscribing.address import Push
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.vocabulary import AttributeType, Channel, IdentifierType, ImportFormat, PushProvider, UserErrorCode
from tests.graph.importing.lists import at, row
from tests.graph.subscribing.shop import BREAKS, NOW, card, email, open_shop, token

KEY = b"k" * 32
TERMS = ImportTerms("key_1", "old system")
_JOB = Statement(
    "job",
    """
    MATCH (j:Job)
    RETURN {state: j.state, done: j.done, total: j.total,
        counts: [j.received, j.created, j.updated, j.unchanged, j.refused], isOpen: j:OpenJob,
        parts: COUNT { (:JobPart) }, held: j.token IS NOT NULL,
        rejects: COLLECT { MATCH (j)<-[:OF]-(r) RETURN r.index ORDER BY r.key }}
    """,
)
_WRITTEN = Statement(
    "written",
    """
    RETURN {people: COUNT { (:Profile) }, subscriptions: COUNT { (:Subscription) }, records: COUNT { (:ConsentRecord) },
        links: COUNT { (:Identifier)-[:IDENTIFIES]->(:Profile) }, points: COLLECT {
            MATCH (p:Profile) RETURN DISTINCT p.attr_points },
        touched: COUNT { (p:Profile) WHERE p.revision <> 1 },
        sources: COLLECT { MATCH (c:ConsentRecord) RETURN DISTINCT c.source + ' by ' + c.actor }}
    """,
)
_TOLD = Statement(
    "told",
    "MATCH (r:JobReject)<-[:OF]-(e) RETURN collect([r.outcome, e.code, e.field])",
)
_LATER = Statement("later", "MATCH (j:Job) SET j.leaseUntil = datetime.realtime() - duration({seconds: 1}) RETURN 1")


def counted(number: int) -> ImportedProfile:
    """Somebody with a card, an address, a subscription, and a point more each time that the row is written."""
    name = f"p{number}"
    more = AttributeChange(AttributeOperation.INCREMENT, "points", 1)
    return row(name, at(email(name)), index=number, attributes=(more,))


async def started(graph: Graph, rows: list[ImportedProfile], *wrong: RowResult, guard: Guard | None = None) -> str:
    job = NewJob(ImportFormat.CSV, rows, wrong, TERMS)
    return str((await start_job(graph, job, guard, NOW)).result["jobId"])


async def claimed(graph: Graph, worker: str = "one") -> HeldJob:
    found = await claim_job(graph, worker, KEY)
    assert found is not None
    return found


async def finished(graph: Graph, job: HeldJob) -> int:
    """How many steps it took."""
    count = 0
    while not (await take_step(graph, job, NOW)).is_over:
        count += 1
    return count


async def state(graph: Graph) -> dict[str, Any]:
    found: dict[str, Any] = await graph.read(_JOB)
    return found


async def shop(graph: Graph) -> None:
    await open_shop(graph)
    await define_attribute(graph, AttributeDefinition("points", AttributeType.INTEGER), None, NOW)


async def test_a_job_writes_its_rows_step_by_step_and_keeps_what_was_refused(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ROWS_PER_TRANSACTION", 2)
    await shop(graph)
    nowhere = row("z", at(email("z"), resource=ResourceReference(key="nowhere")), index=9)
    wrong = refused(4, UserErrorCode.INVALID, "Is not JSON.")
    job_id = await started(graph, [counted(2), counted(3), nowhere], wrong)

    before = await state(graph)
    job = await claimed(graph)
    first = await take_step(graph, job, NOW)
    between = await state(graph)
    second = await take_step(graph, job, NOW)
    last = await take_step(graph, job, NOW)

    assert (before["state"], before["done"], before["total"], before["parts"], before["rejects"]) == (
        "QUEUED",
        1,
        4,
        2,
        [4],
    )
    assert (between["state"], between["done"], between["parts"], between["rejects"]) == ("RUNNING", 3, 1, [4])
    assert (len(first.changes), len(second.changes), last.changes) == (2, 0, ())
    assert [first.is_over, second.is_over, last.is_over] == [False, False, True]
    assert await state(graph) == {
        "state": "DONE",
        "done": 4,
        "total": 4,
        "counts": [4, 2, 0, 0, 2],
        "isOpen": False,
        "parts": 0,
        "held": False,
        "rejects": [4, 9],
    }
    assert await graph.read(_WRITTEN) == {
        "people": 2,
        "subscriptions": 2,
        "records": 2,
        "links": 4,
        "points": [1],
        "touched": 0,
        "sources": ["old system by key_1"],
    }
    standing = await job_standing(graph, job_id)
    assert standing is not None
    assert (standing.is_over, standing.revision) == (True, last.revision)
    assert await changed_revisions(graph, {job_id: 1, "job_none": 0}) == {job_id: last.revision}
    assert await claim_job(graph, "two", KEY) is None


async def test_who_dies_in_the_middle_loses_and_doubles_nothing(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "ROWS_PER_TRANSACTION", 10)
    await shop(graph)
    await started(graph, [counted(number) for number in range(2, 42)])
    dead = await claimed(graph, "dead")
    await take_step(graph, dead, NOW)
    await _die_before_the_commit(graph, dead, monkeypatch)

    assert (await state(graph))["done"] == 10
    assert await claim_job(graph, "early", KEY) is None
    await graph.change(_LATER)
    heir = await claimed(graph, "heir")
    # Who was only slow, and not dead, finds out and writes nothing.
    late = await take_step(graph, dead, NOW)
    steps = await finished(graph, heir)

    assert (late.revision, late.is_over, late.changes, steps) == (None, True, (), 3)
    found = await state(graph)
    assert (found["state"], found["counts"], found["parts"]) == ("DONE", [40, 40, 0, 0, 0], 0)
    written = await graph.read(_WRITTEN)
    assert {name: written[name] for name in ("people", "subscriptions", "records", "links", "points", "touched")} == {
        "people": 40,
        "subscriptions": 40,
        "records": 40,
        "links": 80,
        "points": [1],
        "touched": 0,
    }
    assert await graph.read(BREAKS) == []


class _Died(Exception):
    pass


async def _die_before_the_commit(graph: Graph, job: HeldJob, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the step is written by then but the progress."""

    def die(results: Any) -> None:
        assert len(results) == 10
        raise _Died

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "summary", die)
        with pytest.raises(_Died):
            await take_step(graph, job, NOW)


async def test_of_many_who_come_at_once_one_gets_the_job(graph: Graph) -> None:
    await shop(graph)
    await started(graph, [counted(2)])

    found = await asyncio.gather(*(claim_job(graph, f"w{number}", KEY) for number in range(8)))

    assert sum(each is not None for each in found) == 1


async def test_a_job_given_back_is_taken_up_at_once_and_by_its_holder_alone(graph: Graph) -> None:
    await shop(graph)
    await started(graph, [counted(2)])
    first = await claimed(graph)
    await release_job(graph, first)
    second = await claimed(graph, "two")

    await release_job(graph, first)

    assert (await state(graph))["held"]
    assert await finished(graph, second) == 1
    await release_job(graph, second)
    assert (await state(graph))["state"] == "DONE"


async def test_a_list_that_cannot_be_written_is_given_up_and_forgotten(graph: Graph) -> None:
    await shop(graph)
    await started(graph, [counted(2), counted(3)])
    job = await claimed(graph)

    steps = [await record_failure(graph, job, NOW) for _ in range(5)]

    assert [each.is_over for each in steps] == [False, False, False, False, True]
    found = await state(graph)
    assert (found["state"], found["isOpen"], found["parts"], found["done"]) == ("FAILED", False, 0, 0)
    assert (await graph.read(_WRITTEN))["people"] == 0
    assert (await record_failure(graph, job, NOW)).is_over
    assert await claim_job(graph, "two", KEY) is None


async def test_a_race_lost_is_run_again_and_counts_once(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop(graph)
    await started(graph, [counted(2)])
    job = await claimed(graph)
    raced: list[object] = []

    async def race_once(*given: Any) -> Any:
        done = await import_profiles_in(*given)
        if not raced:
            raced.append(done)
            raise Raced
        return done

    monkeypatch.setattr(jobs, "import_profiles_in", race_once)

    assert await finished(graph, job) == 1
    assert len(raced) == 1
    assert (await state(graph))["counts"] == [1, 1, 0, 0, 0]
    assert (await graph.read(_WRITTEN))["points"] == [1]


async def test_the_same_key_starts_one_job(graph: Graph) -> None:
    await shop(graph)
    guard = Guard("key", "hash")

    first, again = [await started(graph, [counted(2)], guard=guard) for _ in range(2)]

    assert first == again
    assert (await state(graph))["parts"] == 1
    with pytest.raises(Refusal):
        await started(graph, [counted(2)], guard=Guard("key", "another"))


async def test_who_was_erased_while_the_job_waited_is_not_written(graph: Graph) -> None:
    await shop(graph)
    ann = email("p2")
    await upsert_profile(graph, UpsertProfile((ann,), {}), None, NOW)
    person = ImportedProfile(index=2, identifiers=(ann,))
    await started(graph, [person, counted(3)])
    await erase_profile(graph, EraseProfile(ProfileReference(identifier=ann), KEY), None, NOW)

    await finished(graph, await claimed(graph))

    found = await state(graph)
    assert (found["counts"], found["rejects"]) == ([2, 1, 0, 0, 1], [2])
    assert (await graph.read(_WRITTEN))["people"] == 1


async def test_what_was_left_out_of_a_row_that_was_kept_is_told_among_the_rejects(graph: Graph) -> None:
    await shop(graph)
    nobody = identifier(IdentifierType.EMAIL, "", "test@example.com")
    kept = replace(counted(7), identifiers=(*counted(7).identifiers, nobody))
    await started(graph, [counted(6), kept])

    await finished(graph, await claimed(graph))

    found = await state(graph)
    assert (found["state"], found["counts"], found["rejects"]) == ("DONE", [2, 2, 0, 0, 0], [7])
    assert await graph.read(_TOLD) == [["CREATED", "IDENTIFIER_BLOCKED", ["identifiers", "2"]]]


async def test_of_a_list_that_is_all_wrong_the_first_rejects_are_kept_and_all_are_counted(graph: Graph) -> None:
    wrong = [refused(number, UserErrorCode.INVALID, "Is not JSON.") for number in range(1, MOST_REJECTS + 11)]
    await started(graph, [], *wrong)

    await finished(graph, await claimed(graph))

    found = await state(graph)
    assert (found["state"], found["done"], found["counts"][-1]) == ("DONE", MOST_REJECTS + 10, MOST_REJECTS + 10)
    assert found["rejects"] == list(range(1, MOST_REJECTS + 1))


def test_a_row_that_waited_is_what_it_was() -> None:
    plain = ImportedProfile(index=1, identifiers=(card("ann"),))
    full = ImportedProfile(
        index=2,
        identifiers=(card("ann"), email("Ännchen"), token()),
        fields={"firstName": "Ann", "city": None, "birthDate": date(1984, 2, 29)},
        attributes=(
            AttributeChange(AttributeOperation.SET, "points", 2**62),
            AttributeChange(AttributeOperation.ADD, "likes", ["red", "“blue”"]),
            AttributeChange(AttributeOperation.UNSET, "note"),
        ),
        mode=UpsertMode.CREATE,
        match_on=frozenset({IdentifierType.EMAIL}),
        is_test=True,
        status=at(email("ann"), "SUSPENDED").status,
        subscriptions=(
            at(
                email("ann"),
                "COMPLAINED",
                opt_in=Evidence(NOW, "192.0.2.1", "https://shop.example", "till", "Yes"),
                priority=3,
                categories=(CategoryReference(key="news"), CategoryReference(id="cat_1")),
                consent_expires_at_ms=NOW,
            ),
            at(token(), channel=Channel.MOBILE_PUSH, push=Push(PushProvider.APNS, None, None)),
            at(token(), channel=Channel.WEB_PUSH, push=Push(None, "key", "secret")),
        ),
        left_out=(UserError(UserErrorCode.INVALID, "Is wrong.", ("subscriptions", "1"), 2),),
    )

    assert rows_from_text(rows_to_text([plain, full])) == [plain, full]
