"""What a list of people says, row by row, and what of it is refused."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.imports.errors import ImportRefused, NotThisFormat, WrongMapping
from gateway.imports.given_row import RowRules
from gateway.imports.people_list import ListForm, people_rows
from gateway.imports.people_rows import lines_of_file
from gateway.imports.physical_line import LONGEST_LINE
from gateway.imports.status_number import number_of, status_of
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.history.row import RowResult
from graph.importing.row import ImportedProfile
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.vocabulary import Channel, ImportFormat, RowOutcome, SubscriptionStatus, UserErrorCode
from tests.gateway.imports.people_text import good, known, of_csv, of_jsonl, refusals

INVALID = UserErrorCode.INVALID
_SET = AttributeOperation.SET


def person(**more: Any) -> str:
    return json.dumps({"identifiers": [{"type": "EMAIL", "value": "ann@example.com"}], **more})


def at_news(**more: Any) -> dict[str, Any]:
    return {"resource": {"key": "news"}, "address": {"email": "ann@example.com"}, **more}


def test_feature_2_numbers_0_to_6_in_file_imports_are_the_seven_statuses_both_ways() -> None:
    words = "SUBSCRIBED UNSUBSCRIBED COMPLAINED HARD_BOUNCED UNCONFIRMED SUSPENDED INVALID".split()

    assert [status_of(number) for number in range(7)] == words
    assert [status_of(str(number)) for number in range(7)] == words
    assert [number_of(SubscriptionStatus(word)) for word in words] == list(range(7))
    assert {status_of(number_of(status)) for status in SubscriptionStatus} == set(SubscriptionStatus)
    assert [status_of(word) for word in ("subscribed", " Hard bounced", "hardbounced", "HARD-BOUNCED")] == [
        "SUBSCRIBED",
        *["HARD_BOUNCED"] * 3,
    ]


@pytest.mark.parametrize("eighth", [7, -1, "7", "00", "1.0", "", "DELETED", True, False, 1.0, None, [1], {}])
def test_feature_2_numbers_0_to_6_in_file_imports_have_no_eighth(eighth: object) -> None:
    with pytest.raises(Refusal) as refused:
        status_of(eighth, "status")

    assert [(error.code, error.field) for error in refused.value.user_errors] == [(INVALID, ("status",))]


def test_a_number_too_long_to_be_written_down_is_no_status() -> None:
    with pytest.raises(Refusal):
        status_of(10**5000)


async def test_feature_2_numbers_0_to_6_in_file_imports_stand_in_both_formats() -> None:
    header = "email,status,subscription:news:EMAIL:status"
    of_csv_ = await of_csv(header, *(f"ann@example.com,{n},{n}" for n in range(8)))
    of_jsonl_ = await of_jsonl(*(person(status=n, subscriptions=[at_news(status=n)]) for n in range(8)))

    for rows in (of_csv_, of_jsonl_):
        statuses = [(good(row).status, good(row).subscriptions[0].status) for row in rows[:7]]
        assert statuses == [(status, status) for status in SubscriptionStatus]
        assert refusals(rows) == [(rows[7].index, INVALID, ("status",))]


async def test_columns_with_usual_names_need_no_mapping() -> None:
    rows = await of_csv(
        "\ufeffE-Mail;Phone number;First name;Surname;Birthday;Gender;Country;City;external:crm;attribute:points",
        'Ann@Example.com;+44 20 7946 0000;Ann;"O;Neill";1984-02-29;female;gb;Bath;A-7;12',
    )

    row = good(rows[0])
    assert (len(rows), row.index) == (1, 2)
    assert [each.key for each in row.identifiers] == [
        "EMAIL::ann@example.com",
        "PHONE::+442079460000",
        "EXTERNAL:crm:A-7",
    ]
    named = {name: str(value) for name, value in row.fields.items()}
    assert named == {
        "firstName": "Ann",
        "lastName": "O;Neill",
        "birthDate": "1984-02-29",
        "sex": "FEMALE",
        "country": "GB",
        "city": "Bath",
    }
    assert row.attributes == (AttributeChange(_SET, "points", 12),)
    assert row.subscriptions == ()


async def test_columns_of_a_subscription_make_one_where_they_say_anything() -> None:
    columns = ["Mail", "State", "When", "From", "Place", "Kinds", "Text", "Until"]
    parts = ["status", "opt_in_at", "opt_in_ip", "priority", "categories"]
    assigned = [
        ("Mail", "email"),
        *zip(columns[1:6], (f"subscription::EMAIL:{part}" for part in parts), strict=True),
        ("Text", "subscription:shop:SMS"),
        ("Until", "subscription:shop:SMS:consent_expires_at"),
    ]
    rows = await of_csv(
        ",".join(columns),
        "ann@example.com,subscribed,2026-01-31T12:00:00Z,192.0.2.1,3,sport;  art,,",
        "bob@example.com,,2026-01-31T12:00:00Z,,,,+442079460000,2030-01-01T00:00:00Z",
        "cat@example.com,,,,,,,",
        assigned=assigned,
        resource="news",
    )

    ann, bob, cat = (good(row).subscriptions for row in rows)
    assert len(ann) == 1
    assert (ann[0].resource, ann[0].channel) == (ResourceReference(key="news"), Channel.EMAIL)
    assert (ann[0].address.value, ann[0].status) == ("ann@example.com", SubscriptionStatus.SUBSCRIBED)
    assert ann[0].opt_in == Evidence(1_769_860_800_000, ip="192.0.2.1")
    assert (ann[0].priority, ann[0].categories) == (3, (CategoryReference(key="sport"), CategoryReference(key="art")))
    assert [(each.channel, each.address.value, each.consent_expires_at_ms) for each in bob] == [
        (Channel.SMS, "+442079460000", 1_893_456_000_000)
    ]
    assert cat == ()


async def test_cells_become_what_their_attributes_are() -> None:
    rows = await of_csv(
        "email,attribute:points,attribute:balance,attribute:vip,attribute:likes,attribute:note",
        "ann@example.com,-12,1.50,Yes,red; blue,007",
        "bob@example.com,many,x,perhaps,;,",
    )

    values = [[change.value for change in good(row).attributes] for row in rows]
    # What cannot be what its attribute is stays text, and the graph refuses it by the attribute's type.
    assert values == [[-12, "1.50", True, ["red", "blue"], "007"], ["many", "x", "perhaps", []]]


@pytest.mark.parametrize(
    ("header", "assigned", "says"),
    [
        ("", [], "its first line must name the columns"),
        ('"email', [], "the quotes of it do not match"),
        ("email,shoe size", [], "'shoe size' is nothing that a column can be mapped to"),
        ("first_name", [], "no column says who it is"),
        ("email,email", [], "a name of its own"),
        ("email,", [], "column 2 without a name"),
        ("email", [("mail", "email")], "no column mail"),
        ("email,a,b", [("a", "first_name"), ("b", "first_name")], "two columns are mapped to the same"),
        ("email,attribute:size", [], "no such attribute is defined: size"),
        ("email,subscription::EMAIL:status", [], "names no resource"),
        ("email,subscription:news:FAX:status", [], "is no subscription"),
        ("email,subscription:news:EMAIL:colour", [], "is no subscription"),
        ("email,subscription:news", [], "is no subscription"),
        ("email,subscription:news:EMAIL:opt_in_at", [], "needs a column for its status, or for its address"),
    ],
)
async def test_columns_that_cannot_be_are_named_before_any_row(
    header: str, assigned: list[tuple[str, str]], says: str
) -> None:
    with pytest.raises(NotThisFormat, match=says):
        await of_csv(header, "ann@example.com", assigned=assigned)


@pytest.mark.parametrize(
    ("assigned", "says"),
    [
        ([("mail", "email")], "the file has no column mail"),
        ([("email", "shoe size")], "'shoe size' is nothing that a column can be mapped to"),
        ([("email", "subscription::EMAIL")], "names no resource"),
        ([("email", "email"), ("email", "attribute:size")], "no such attribute is defined: size"),
        ([("email", "email"), ("email", "status"), ("email", "status")], "two columns are mapped to the same"),
    ],
)
async def test_what_the_caller_says_of_the_columns_is_told_from_what_the_list_says(
    assigned: list[tuple[str, str]], says: str
) -> None:
    with pytest.raises(WrongMapping, match=says):
        await of_csv("email", "ann@example.com", assigned=assigned)


async def test_a_field_may_be_called_as_the_api_calls_it() -> None:
    assigned = [("Forename of customer", "firstName"), ("Born", "birthDate")]
    rows = await of_csv("email,Forename of customer,Born", "ann@example.com,Ann,1984-02-29", assigned=assigned)

    assert good(rows[0]).fields == {"firstName": "Ann", "birthDate": date(1984, 2, 29)}


async def test_a_column_may_be_left_out_or_mean_two_things() -> None:
    assigned = [("email", "email"), ("email", "subscription:news:EMAIL"), ("notes", "-")]
    rows = await of_csv("email,notes", "ann@example.com,secret", assigned=assigned)

    row = good(rows[0])
    assert [each.value for each in row.identifiers] == ["ann@example.com"]
    assert [each.address.value for each in row.subscriptions] == ["ann@example.com"]
    assert "secret" not in repr(row)


async def test_a_wrong_row_is_refused_with_its_line_and_the_others_are_kept() -> None:
    rows = await of_csv(
        "email,country",
        "ann@example.com,GB",
        "no address,GB",
        'ann@example.com,"GB',
        "ann@example.com",
        "",
        ",GB",
        "ann@example.com,XX",
        f"ann@example.com,{'x' * LONGEST_LINE}",
        "ann\x00@example.com,GB",
        "bob@example.com,GB",
    )

    assert refusals(rows) == [
        (3, INVALID, ("identifiers", "0")),
        (4, INVALID, None),
        (5, INVALID, None),
        (7, UserErrorCode.REQUIRED, ("identifiers",)),
        (8, INVALID, ("set", "country")),
        (9, UserErrorCode.TOO_LONG, None),
        (10, INVALID, ("identifiers", "0")),
    ]
    assert [row.index for row in rows if isinstance(row, ImportedProfile)] == [2, 11]


async def test_a_line_of_json_is_a_row_of_import_profiles_and_refused_where_it_is_not() -> None:
    rows = await of_jsonl(
        person(set={"firstName": "Ann", "city": None}, mode="CREATE", isTest=True, matchOn=["EMAIL"]),
        "# a comment",
        "[]",
        "{",
        "[" * 5000,
        person(nonsense=1),
        person(set={"birthDate": "yesterday"}),
        person(attributes=[{"set": {"key": "a", "value": {"deep": {"er": 1}}}}]),
        person(attributes=[{"set": {"key": "a", "value": 1}, "unset": "b"}]),
        json.dumps({"identifiers": [{"type": "EMAIL"}]}),
        json.dumps({}),
        person(subscriptions=[at_news(status=0, priority=10**30)]),
        person(subscriptions=[at_news(address={})]),
    )

    first = good(rows[0])
    assert (first.fields, first.is_test, first.mode) == ({"firstName": "Ann", "city": None}, True, "CREATE")
    assert refusals(rows) == [
        (3, INVALID, None),
        (4, INVALID, None),
        (5, INVALID, None),
        (6, INVALID, None),
        (7, INVALID, ("set", "birthDate")),
        (8, INVALID, ("attributes", "0", "set", "value")),
        (9, INVALID, None),
        (10, INVALID, ("identifiers", "0")),
        (11, INVALID, None),
        (12, INVALID, ("subscriptions", "0", "priority")),
        (13, INVALID, None),
    ]


async def test_no_reason_quotes_what_stands_in_the_row() -> None:
    secret = "zoe.secret@example.com"
    rows = await of_jsonl(
        json.dumps({secret: secret}),
        json.dumps(secret),
        json.dumps({"identifiers": secret}),
        json.dumps({"identifiers": [{"type": secret, "value": secret}]}),
        person(set={"birthDate": secret, "sex": secret, "country": secret}, isTest=secret),
        person(status=secret),
        person(attributes=[{"set": {"key": "a", "value": {secret: {secret: secret}}}}]),
        person(subscriptions=[at_news(priority=secret, optIn={"at": secret, "ip": secret})]),
    )

    messages = [error.message for row in rows if isinstance(row, RowResult) for error in row.user_errors]
    assert len(rows) == len(refusals(rows)) == 8
    assert len(messages) >= 8
    assert not any("secret" in message for message in messages)


async def test_what_would_count_twice_is_refused_where_a_file_may_come_twice() -> None:
    line = person(attributes=[{"increment": {"key": "points", "value": 1}}])

    assert refusals(await of_jsonl(line, rules=RowRules(allows_increments=False))) == [
        (1, INVALID, ("attributes", "0"))
    ]
    assert refusals(await of_jsonl(line)) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["EMAIL", "a@b.c"]),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["identifiers", "type", "value", "status", "subscriptions", "set", "address", "optIn", "x"]
            ),
            each,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_GARBAGE = st.binary(max_size=60) | st.builds(
    b"".join,
    st.lists(
        st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"\0", b"\xff", b"email", b"a@example.com", b"{", b"}", b"7"]),
        max_size=30,
    ),
)


@settings(max_examples=150)
@given(_GARBAGE, _JSON)
def test_whatever_stands_in_a_file_is_read_or_refused_and_never_an_error(garbage: bytes, value: object) -> None:
    content = b"email,first_name\n" + garbage + b"\n" + json.dumps(value).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        for format_ in ImportFormat:
            path.write_bytes(content)
            for row in read(path, format_):
                assert isinstance(row, ImportedProfile) or (row.outcome is RowOutcome.REFUSED and row.user_errors)
            path.write_bytes(garbage)
            with suppress(ImportRefused):
                read(path, format_)


def read(path: Path, format_: ImportFormat) -> list[ImportedProfile | RowResult]:
    return list(asyncio.run(people_rows(lines_of_file(path), ListForm(format_), RowRules(), known)))
