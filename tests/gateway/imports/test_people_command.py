"""Lists of people taken over by the command, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.settings import GatewaySettings, KeyUse
from graph.connection import Graph
from graph.erasing.erase import EraseProfile, erase_profile
from graph.identifiers import identifier
from graph.people.attribute_definition import AttributeDefinition, define_attribute
from graph.people.reference import ProfileReference
from graph.people.upsert import UpsertProfile, upsert_profile
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.subscribing.resource import CreateResource, create_resource
from graph.vocabulary import AttributeType, Channel, IdentifierType

SECRET = "the secret of this test"
NOW = 1_790_000_000_000
HEADER = "email,first_name,Points,subscription:news:EMAIL:status"
MAPPED = ("--map", "Points=attribute:points")

_SEEN = Statement(
    "seen",
    """
    RETURN {people: COUNT { (:Profile) }, tests: COUNT { (:Profile {isTest: true}) },
        statuses: COLLECT { MATCH (s:Subscription)-[:AT]->(i) RETURN i.value + ' ' + s.status ORDER BY i.value },
        points: COLLECT { MATCH (p:Profile) WHERE p.attr_points IS NOT NULL
            RETURN p.firstName + ' ' + toString(p.attr_points) ORDER BY p.firstName },
        records: COUNT { (:ConsentRecord {cause: 'import'}) },
        sources: COLLECT { MATCH (c:ConsentRecord) RETURN DISTINCT c.source + ' by ' + c.actor }}
    """,
)
_KNOWN_BY = Statement(
    "known_by",
    """
    MATCH (p:Profile) WITH p ORDER BY p.firstName
    RETURN collect([p.firstName, COLLECT { MATCH (i)-[:IDENTIFIES]->(p) RETURN i.value ORDER BY i.value }])
    """,
)
_VALUES = Statement("values", "MATCH (i:Identifier) WITH i ORDER BY i.value RETURN collect(i.value)")
_PEOPLE = Statement("people", "RETURN COUNT { (:Profile) }")
_TWICE = Statement(
    "twice",
    """
    RETURN {links: COUNT { (:Identifier)-[:IDENTIFIES]->(:Profile) }, subscriptions: COUNT { (:Subscription) },
        records: COUNT { (:ConsentRecord) }, revisions: COUNT { (p:Profile) WHERE p.revision <> 1 }}
    """,
)


@pytest_asyncio.fixture(loop_scope="session")
async def shop(graph: Graph) -> Graph:
    news = CreateResource("news", "News", (Channel.EMAIL, Channel.SMS), "a@shop.example")
    await create_resource(graph, news, None, NOW)
    await define_attribute(graph, AttributeDefinition("points", AttributeType.INTEGER), None, NOW)
    return graph


def started(settings: GraphSettings, folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "import", *arguments],
        env={
            **os.environ,
            "GRAPH_URI": settings.uri,
            "CUSTOMER_GRAPH_DATA": str(folder / "data"),
            "CUSTOMER_GRAPH_SECRET": SECRET,
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def imported(settings: GraphSettings, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    process = started(settings, folder, *arguments, **more)
    said, complained = process.communicate(timeout=100)
    return subprocess.CompletedProcess(arguments, process.returncode, said, complained)


def people_file(folder: Path, *rows: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return path


async def seen(graph: Graph) -> dict[str, Any]:
    found: dict[str, Any] = await graph.read(_SEEN)
    return found


async def test_feature_2_numbers_0_to_6_in_file_imports_arrive_and_what_is_refused_can_be_mended(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    rows = [f"p{number}@example.com,P{number},{number},{number}" for number in range(7)]
    file = people_file(tmp_path, *rows, "p7@example.com,P7,7,7", 'p8@example.com,"P,8",x,0')

    done = imported(graph_settings, tmp_path, "csv", str(file), *MAPPED, "--source", "old system", "--is-test")

    rejects = tmp_path / "people.csv.rejects.csv"
    said = done.stdout.splitlines()
    assert (done.returncode, said[:2], said[3:]) == (
        0,
        ["rows       9 read, 7 kept, 2 refused", "people     7 created, 0 updated, 0 unchanged"],
        ["refused    2 INVALID", f"rejects    {rejects}"],
    )
    found = await seen(shop)
    words = "SUBSCRIBED UNSUBSCRIBED COMPLAINED HARD_BOUNCED UNCONFIRMED SUSPENDED INVALID".split()
    assert found == {
        "people": 7,
        "tests": 7,
        "statuses": [f"p{number}@example.com {word}" for number, word in enumerate(words)],
        "points": [f"P{number} {number}" for number in range(7)],
        "records": 7,
        "sources": ["old system by command line"],
    }
    lines = rejects.read_text().splitlines()
    assert lines[0] == f"reject_line,reject_code,reject_reason,{HEADER}"
    assert [line.split(",")[:2] for line in lines[1:]] == [["9", "INVALID"], ["10", "INVALID"]]
    assert lines[1].endswith(",p7@example.com,P7,7,7")
    assert lines[2] == '10,INVALID,attributes.0.set.value: Must be an integer.,p8@example.com,"P,8",x,0'

    rejects.write_text("\n".join((lines[0], lines[1][:-1] + "5", lines[2], "")))
    again = imported(graph_settings, tmp_path, "csv", str(rejects), *MAPPED)

    assert again.stdout.splitlines()[0] == "rows       2 read, 1 kept, 1 refused"
    left = (tmp_path / "people.csv.rejects.csv.rejects.csv").read_text().splitlines()
    assert left == [lines[0], '3,INVALID,attributes.0.set.value: Must be an integer.,p8@example.com,"P,8",x,0']
    assert (await seen(shop))["statuses"][-1] == "p7@example.com SUSPENDED"


async def test_a_placeholder_beside_something_else_is_reported_as_left_out_and_its_row_is_kept(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    rows = ("test@test.com,+442079460001,Ann", "TEST@test.com,+442079460002,Bob", "cleo@example.com,,Cleo")
    file.write_text("\n".join(("email,phone,first_name", *rows, "test@test.com,,Nobody", "")), encoding="utf-8")

    done = imported(graph_settings, tmp_path, "csv", str(file))

    said = done.stdout.splitlines()
    assert (done.returncode, said[:2], said[3:]) == (
        0,
        ["rows       4 read, 3 kept, 1 refused", "people     3 created, 0 updated, 0 unchanged"],
        [
            "left out   2 IDENTIFIER_BLOCKED",
            # Nothing else names this one, so that it is nobody's.
            "refused    1 IDENTIFIER_BLOCKED",
            f"rejects    {tmp_path / 'people.csv.rejects.csv'}",
        ],
    )
    lines = (tmp_path / "people.csv.rejects.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["5", "IDENTIFIER_BLOCKED"]]
    # Two people, whom the placeholder did not make one, and who have the rest of their rows.
    assert await shop.read(_KNOWN_BY) == [
        ["Ann", ["+442079460001"]],
        ["Bob", ["+442079460002"]],
        ["Cleo", ["cleo@example.com"]],
    ]
    assert await shop.read(_VALUES) == ["+442079460001", "+442079460002", "cleo@example.com"]


async def test_a_line_of_json_is_imported_and_a_broken_one_comes_back_as_it_was(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    file = tmp_path / "people.jsonl"
    ann = '{"identifiers": [{"type": "EMAIL", "value": "ann@example.com"}], "subscriptions": [{"resource": {"key": '
    broken = b'{"identifiers": [{"type": "EMAIL", "value": "caf\xe9@example.com"}]}'
    file.write_bytes(ann.encode() + b'"news"}, "address": {"email": "ann@example.com"}, "status": 4}]}\n' + broken)

    done = imported(graph_settings, tmp_path, "jsonl", str(file))

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "rows       2 read, 1 kept, 1 refused")
    assert (tmp_path / "people.jsonl.rejects.jsonl").read_bytes() == (
        b"# line 2 INVALID: Is not text in UTF-8.\n" + broken + b"\n"
    )
    assert (await seen(shop))["statuses"] == ["ann@example.com UNCONFIRMED"]


async def test_who_asked_to_be_forgotten_is_not_imported(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    ann = identifier(IdentifierType.EMAIL, "", "ann@example.com")
    await upsert_profile(shop, UpsertProfile((ann,), {}), None, NOW)
    key = GatewaySettings(SECRET).key_for(KeyUse.ERASED_ADDRESSES)
    await erase_profile(shop, EraseProfile(ProfileReference(identifier=ann), key), None, NOW)
    file = people_file(tmp_path, "ann@example.com,Ann,1,0", "bob@example.com,Bob,1,0")

    done = imported(graph_settings, tmp_path, "csv", str(file), *MAPPED)

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "rows       2 read, 1 kept, 1 refused")
    assert "refused    1 CONSENT_REQUIRED" in done.stdout.splitlines()
    found = await seen(shop)
    assert (found["people"], found["statuses"]) == (1, ["bob@example.com SUBSCRIBED"])


@pytest.mark.timeout(200)
async def test_an_import_of_people_killed_in_the_middle_is_completed_by_the_next_and_doubles_nothing(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    of = 3_000
    file = people_file(tmp_path, *(f"p{number}@example.com,P{number},{number},0" for number in range(of)))
    process = started(graph_settings, tmp_path, "csv", str(file), *MAPPED)
    deadline = time.monotonic() + 100
    while await shop.read(_PEOPLE) == 0 and process.poll() is None and time.monotonic() < deadline:
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGKILL
    partly = await shop.read(_PEOPLE)
    assert 0 < partly < of

    done = imported(graph_settings, tmp_path, "csv", str(file), *MAPPED)

    counts = [int(word) for word in done.stdout.splitlines()[1].replace(",", "").split() if word.isdecimal()]
    assert done.returncode == 0
    # A transaction whose commit was under way when the process died may still have come through.
    assert counts[1] == 0
    assert partly <= counts[2] < of
    assert counts[0] + counts[2] == of
    assert await shop.read(_PEOPLE) == of
    assert await shop.read(_TWICE) == {"links": of, "subscriptions": of, "records": of, "revisions": 0}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("csv", "people.csv"), "'Points' is nothing that a column can be mapped to"),
        (("csv", "people.csv", "--map", "Points=attribute:size"), "no such attribute is defined: size"),
        (("csv", "people.csv", "--map", "Pints=-"), "the file has no column Pints"),
        (("csv", "people.csv", "--map", "Points"), "is not COLUMN=TARGET"),
        (("csv", "absent.csv"), "cannot be read"),
    ],
)
async def test_a_list_that_cannot_be_read_so_is_refused_before_any_row(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    people_file(tmp_path, "ann@example.com,Ann,1,0")

    done = imported(graph_settings, tmp_path, arguments[0], str(tmp_path / arguments[1]), *arguments[2:])

    assert done.returncode != 0
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert await shop.read(_PEOPLE) == 0


async def test_without_the_gateways_secret_nothing_is_imported(
    shop: Graph, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    file = people_file(tmp_path, "ann@example.com,Ann,1,0")

    done = imported(graph_settings, tmp_path, "csv", str(file), *MAPPED, CUSTOMER_GRAPH_SECRET="")

    assert done.returncode == 1
    assert done.stderr.startswith("customer-graph: CUSTOMER_GRAPH_SECRET must be set")
    assert await shop.read(_PEOPLE) == 0
