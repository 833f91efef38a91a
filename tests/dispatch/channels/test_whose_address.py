"""An address of one account means nothing to another, which would take it for dead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.accounts import Accounts
from dispatch.channels.channel import Selective
from dispatch.channels.registry import senders
from dispatch.outcome import Refused
from dispatch.settings import DispatchSettings
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus

_KEY = "A" * 42 + "E"
URLS = {
    Channel.TELEGRAM: ("TELEGRAM_URL", "telegram://1:secret@127.0.0.1:9?account={}"),
    Channel.VIBER: ("VIBER_URL", "viber://:secret@127.0.0.1:9?sender=Shop&account={}"),
    Channel.WEB_PUSH: ("WEB_PUSH_URL", f"vapid://:{_KEY}@/?subject=mailto:ops@example.com&account={{}}"),
}


def delivery(channel: Channel, namespace: str) -> Delivery:
    return Delivery(
        message_id="msg_1",
        channel=channel,
        purpose=MessagePurpose.MARKETING,
        attempt=1,
        facts=ReachFacts(SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUBSCRIBED),
        address="1",
        sender=None,
        namespace=namespace,
    )


@pytest.mark.parametrize("channel", URLS)
def test_an_address_goes_only_by_the_account_that_it_belongs_to(channel: Channel) -> None:
    variable, url = URLS[channel]
    settings = DispatchSettings("redis://h", {variable: (url.format("shop"), url.format("news"))})
    shop, news = senders(channel, settings)
    assert isinstance(shop, Selective)
    assert isinstance(news, Selective)

    taken = [(each.takes(delivery(channel, name))) for name in ("shop", "news", "", "other") for each in (shop, news)]

    assert taken == [True, False, False, True, True, True, False, False]


async def test_an_address_of_no_account_is_refused_and_is_not_dead() -> None:
    variable, url = URLS[Channel.TELEGRAM]
    there = Accounts.of(senders(Channel.TELEGRAM, DispatchSettings("redis://h", {variable: (url.format("shop"),)})))

    answered = await there.send(replace(delivery(Channel.TELEGRAM, "other"), text="Hello"))

    assert answered.outcome == Refused("no account for what this address is of", suppress=False)
    await there.close()
