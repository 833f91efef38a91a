from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from dispatch.channels.registry import accounts, senders
from dispatch.outcome import Paced
from dispatch.pacing import Pace
from dispatch.settings import DispatchSettings
from graph.clock import SystemClock
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus

LEASE_MS = 30_000
NOW = SystemClock().now()
SECRET = "whsec_" + "a" * 40
LETTER = Delivery(
    message_id="msg_1",
    channel=Channel.SMS,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUBSCRIBED),
    address="+442079460000",
    sender="Shop",
)
USED_UP = "the account's rate is used up"
AWAY = Paced("Redis does not answer, and without it nobody knows the account's rate", 5_000)


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.flushall()
        yield client


@pytest.mark.parametrize(
    ("url", "rest", "pace"),
    [
        ("smtp://h:25", "smtp://h:25", None),
        ("smtp://h:25?rate=20", "smtp://h:25", Pace(50_000)),
        ("smtp://h?starttls=never&rate=0.5&burst=10", "smtp://h?starttls=never", Pace(2_000_000, 10)),
        ("x://u:p%3Fw@h/?burst=3&a=b%20c&rate=3&d=e+f", "x://u:p%3Fw@h/?a=b%20c&d=e+f", Pace(333_334, 3)),
        ("x://h?rates=1&xburst=2", "x://h?rates=1&xburst=2", None),
        ("x://h?rate=99999.999", "x://h", Pace(11)),
        ("x://h?rate=0.001", "x://h", Pace(1_000_000_000)),
    ],
)
def test_a_pace_is_taken_off_the_url_of_an_account(url: str, rest: str, pace: Pace | None) -> None:
    assert Pace.taken_off(url, "X_URL") == (rest, pace)


@pytest.mark.parametrize("variable", ["SMTP_URL", "WEBHOOK_URL"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("rate=0", "rate must be messages per second, like 20 or 0.5, and more than 0"),
        ("rate=0.000", "rate must be"),
        ("rate=", "rate must be"),
        ("rate", "rate must be"),
        ("rate=-1", "rate must be"),
        ("rate=1e3", "rate must be"),
        ("rate=hush", "rate must be"),
        ("rate=0.0001", "rate must be"),
        ("burst=5", "rate must be"),
        ("rate=1&burst=0", "burst must be a whole number of messages from 1 to 999999"),
        ("rate=1&burst=", "burst must be"),
        ("rate=1&burst=1.5", "burst must be"),
        ("rate=1&burst=hush", "burst must be"),
        ("rate=1&rate=2", "gives an option twice"),
    ],
)
def test_a_wrong_pace_names_the_variable_and_the_option(variable: str, options: str, message: str) -> None:
    url, channel = {
        "SMTP_URL": (f"smtp://h:25?{options}", Channel.EMAIL),
        "WEBHOOK_URL": (f"webhook://:{SECRET}@/?{options}", Channel.WEBHOOK),
    }[variable]

    with pytest.raises(ValueError, match=rf"^{variable}[: ]") as refused:
        senders(channel, DispatchSettings("redis://h", {variable: (url,)}))

    assert message in str(refused.value)
    assert "hush" not in str(refused.value)


async def test_the_account_of_a_url_is_held_to_its_rate_by_all_who_read_it(client: redis.Redis, redis_url: str) -> None:
    settings = DispatchSettings(redis_url, {"WEBHOOK_URL": (f"webhook://:{SECRET}@/?account=shop&rate=0.001",)})
    both = [accounts(Channel.WEBHOOK, settings) for _ in range(2)]

    # It may be called nowhere, which is found out only where the rate lets it be tried.
    first, second = [await each.send(LETTER) for each in both]

    assert (first.provider, second.provider) == ("shop", "shop")
    assert (isinstance(first.outcome, Paced), isinstance(second.outcome, Paced)) == (False, True)
    assert client.keys() == [b"customer-graph:pace:webhook:shop"]
    for each in both:
        await each.close()
