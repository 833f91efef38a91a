"""An account rests where it is one provider's; where addresses have servers of their own, these do: on real sockets."""

from __future__ import annotations

import socket
from base64 import b64encode
from dataclasses import replace

import pytest

from dispatch.channels.registry import CHANNELS, accounts
from dispatch.outcome import Deferred, Paced
from dispatch.settings import DispatchSettings
from graph.ids import IdPrefix, new_id
from graph.vocabulary import Channel
from tests.dispatch.test_accounts import LETTER


def free_of_listeners() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WEBHOOK])
async def test_three_messages_to_where_nobody_listens_hold_back_only_what_goes_to_the_same_server(
    channel: Channel,
) -> None:
    port, other = free_of_listeners(), free_of_listeners()
    secret = b64encode(b"s" * 24).decode()
    urls = {
        Channel.SMS: f"twilio+http://AC0:token@127.0.0.1:{port}?from=%2B15550000",
        Channel.WEBHOOK: f"webhook://:whsec_{secret}@/?allow=127.0.0.0/8",
    }
    settings = DispatchSettings("redis://127.0.0.1:1", {CHANNELS[channel].variable: (urls[channel],)})
    there = accounts(channel, settings)
    is_one = channel is Channel.SMS
    first, second = (
        replace(
            LETTER,
            channel=channel,
            address=number if is_one else f"http://127.0.0.1:{each}/in",
            payload="{}",
            message_id=new_id(IdPrefix.MESSAGE),
        )
        for number, each in (("+442079460000", port), ("+442079460001", other))
    )
    try:
        answers = [(await there.send(replace(message, text="Hello"))).outcome for message in [first] * 4 + [second]]
    finally:
        await there.close()
    assert [type(each) for each in answers] == [Deferred] * 3 + [Paced, Paced if is_one else Deferred]
    assert there.are_resting() is is_one
