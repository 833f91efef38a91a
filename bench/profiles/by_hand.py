"""The same written by hand: what somebody who knows the graph would write for this one file, and nothing more.

It checks the values with the same libraries and finds out whether anybody has them already, since otherwise the second
run would make everybody twice. It knows no modes, caps, placeholders, opt-outs, ledger of before, or errors by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import neo4j
import phonenumbers
from email_validator import validate_email

from bench.profiles import statements
from bench.profiles.people import NOW_MS, OPT_IN_MS, RESOURCE_KEY, WORDING, Line
from graph.history.row import ROWS_PER_TRANSACTION
from graph.ids import IdPrefix, new_id


async def write(driver: neo4j.AsyncDriver, lines: Sequence[Line]) -> None:
    async with driver.session(fetch_size=-1) as session:
        for start in range(0, len(lines), ROWS_PER_TRANSACTION):
            people = [_person(line) for line in lines[start : start + ROWS_PER_TRANSACTION]]
            await session.execute_write(_write, people)


async def _write(transaction: neo4j.AsyncManagedTransaction, people: Sequence[dict[str, Any]]) -> None:
    identifiers = sorted((each for person in people for each in person["identifiers"]), key=lambda row: str(row["key"]))
    found = await _run(transaction, statements.IDENTIFIERS, rows=identifiers, now=NOW_MS)
    ids = {key: id_ for key, id_, _ in found}
    taken = {key for key, _, owners in found if owners}
    new = [person for person in people if taken.isdisjoint(person["keys"])]
    await _run(transaction, statements.PEOPLE, rows=new, now=NOW_MS)
    resource: str = await _run(transaction, statements.RESOURCE, key=RESOURCE_KEY)
    rows = [
        _subscription(person, channel, key, ids[key], resource)
        for person in new
        for channel, key in zip(("EMAIL", "SMS"), person["keys"], strict=True)
    ]
    await _run(transaction, statements.SUBSCRIPTIONS, rows=rows, now=NOW_MS, resourceId=resource)


async def _run(transaction: neo4j.AsyncManagedTransaction, text: Any, **parameters: object) -> Any:
    result = await transaction.run(text, parameters)
    record = await result.single()
    return None if record is None else record[0]


def _person(line: Line) -> dict[str, Any]:
    email = validate_email(line.email, check_deliverability=False, strict=True).normalized
    number = phonenumbers.parse(line.phone, None)
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number")
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    identifiers = [_email(email), _phone(phone)]
    return {
        "id": new_id(IdPrefix.PROFILE),
        "identifiers": identifiers,
        "keys": [each["key"] for each in identifiers],
        "firstName": line.first_name,
        "lastName": line.last_name,
    }


def _email(value: str) -> dict[str, object]:
    mailbox, _, domain = value.rpartition("@")
    return {
        "id": new_id(IdPrefix.IDENTIFIER),
        "key": f"EMAIL::{value.lower()}",
        "type": "EMAIL",
        "value": value,
        "masked": f"{mailbox[:1]}***@{domain}",
        "reversed": None,
        "domain": domain.lower(),
    }


def _phone(value: str) -> dict[str, object]:
    return {
        "id": new_id(IdPrefix.IDENTIFIER),
        "key": f"PHONE::{value}",
        "type": "PHONE",
        "value": value,
        "masked": f"***{value[-4:]}",
        "reversed": value[::-1],
        "domain": None,
    }


def _subscription(person: dict[str, Any], channel: str, key: str, identifier_id: str, resource: str) -> dict[str, Any]:
    return {
        "id": new_id(IdPrefix.SUBSCRIPTION),
        "key": f"{person['id']}:{resource}:{channel}:{identifier_id}",
        "profileId": person["id"],
        "identifierKey": key,
        "channel": channel,
        "recordId": new_id(IdPrefix.CONSENT_RECORD),
        "optInAt": OPT_IN_MS,
        "wording": WORDING,
    }
