from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.device import DEVICE_TYPES, Handover
from graph.people.handover import take_away
from graph.people.reference import ProfileReference, locked_person
from graph.people.touch import touch
from graph.vocabulary import ChangeKind, UserErrorCode


@dataclass(frozen=True, slots=True)
class SignOutDevice:
    profile: ProfileReference
    devices: tuple[IdentifierValue, ...]
    actor: str


async def sign_out_device(graph: Graph, command: SignOutDevice, guard: Guard | None, now_ms: int) -> Done:
    """From now on these browsers, devices and tokens are not this person's. The result holds `profileId`.

    What was done there stays with the person, what is done there next does not come to them, and their subscriptions
    at the tokens are suspended. Done twice it changes nothing. Raises Refusal: NOT_FOUND, AMBIGUOUS_MATCH, or INVALID
    for a value that is no device.
    """

    async def work(transaction: Transaction) -> Done:
        return await sign_out_device_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def sign_out_device_in(transaction: Transaction, command: SignOutDevice, now_ms: int) -> Done:
    message = "Only browsers, devices and push tokens are signed out."
    wrong = [
        UserError(UserErrorCode.INVALID, message, ("devices", str(n)))
        for n, each in enumerate(command.devices)
        if each.type not in DEVICE_TYPES
    ]
    if wrong:
        raise Refusal(*wrong)
    person = await locked_person(transaction, command.profile, now_ms, also=command.devices)
    await person.resolution.write(transaction)
    leaving = [Handover(each.key, person.profile_id) for each in command.devices]
    touched = await take_away(transaction, leaving, command.actor, now_ms)
    changes = await touch(transaction, touched, now_ms, ChangeKind.IDENTIFIER, ChangeKind.SUBSCRIPTION)
    return Done({"profileId": person.profile_id}, changes)
