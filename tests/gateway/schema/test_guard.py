from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from strawberry import ID

from gateway.api_keys import Viewer
from gateway.schema.context import Context
from gateway.schema.inputs.unsubscribe import UnsubscribeInput, UnsubscribeTarget
from gateway.schema.mutations.settle import guard
from graph.idempotency import Guard
from tests.gateway.doubles import KEYS, World


def kept(key: str = "k-1", reason: str = "ann@example.com", input_key: bytes = b"one") -> Guard:
    services = replace(World().services(), keys=replace(KEYS, inputs=input_key))
    given = UnsubscribeInput(target=UnsubscribeTarget(subscription=ID("sub_1")), reason=reason, idempotency_key=key)
    found = guard(Context.of(services, Viewer("key_1", "API_KEY", ()), "req_1"), "unsubscribe", given)
    assert found is not None
    return found


def test_the_same_input_under_the_same_key_is_known_again() -> None:
    assert kept() == kept()
    assert kept().key == kept(reason="another").key
    assert kept().input_hash != kept(reason="another").input_hash


def test_an_input_cannot_be_guessed_from_its_hash_without_the_gateways_secret() -> None:
    assert kept().key == kept(input_key=b"other").key
    assert kept().input_hash != kept(input_key=b"other").input_hash
    content = '{"mute_triggers": false, "reason": "ann@example.com", "target": {"subscription": "sub_1"}}'
    assert kept().input_hash != hmac.new(b"k-1", content.encode(), hashlib.sha256).hexdigest()


def test_equal_inputs_under_two_keys_do_not_look_equal() -> None:
    assert kept("k-1").input_hash != kept("k-2").input_hash
