"""What comes back by LMTP, through the gateway's own parts to the graph."""

from __future__ import annotations

from typing import Any, cast

import pytest

from dispatch.channels.email import EmailSender
from dispatch.counters import exposition
from gateway.composition import taking_letters
from gateway.lmtp.address import LmtpAddress
from gateway.lmtp.mail_accounts import MailAccounts
from gateway.stack.ports import free_port
from graph.clock import SystemClock
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.statement import Statement
from graph.vocabulary import Channel
from tests.dispatch.bounce_mails import POSTFIX, RETURNED, written
from tests.dispatch.outbox_seed import queue, seed
from tests.gateway.doubles import StubGraph, World
from tests.gateway.lmtp.lmtp_client import connected

_STANDS = Statement(
    "stands",
    """
    MATCH (m:Message {id: $id})-[:TO]->(s)
    RETURN [m.state, s.status, COUNT { (m)<-[:OF]-(:Receipt) }]
    """,
)
_HEARD = Statement(
    "heard", "MATCH (e:Event {type: 'message.received'}) RETURN collect([e.source, e.properties CONTAINS 'Thank you'])"
)
REPLY = (
    b"From: Ann <reader0@example.org>\r\nTo: shop@example.com\r\nSubject: Re: News\r\nMessage-ID: <1@example.org>\r\n"
    b"\r\nThank you.\r\n"
)


def world(graph: Any) -> World:
    made = World()
    made.graph = cast("StubGraph", graph)
    for name, bounces in (("main", ""), ("spare", "&bounces=back@example.com")):
        made.readers = {
            **made.readers,
            (Channel.EMAIL, name): EmailSender.from_url(f"smtp://h?account={name}{bounces}", "SMTP_URL", 1_000),
        }
    return made


async def test_a_bounce_and_a_reply_are_in_the_graph_when_they_are_answered_for_and_count_once(graph: Graph) -> None:
    one = seed(SystemClock().now(), state="SENT")
    await queue(graph, one)
    to = f"back+{one.message_id}@example.com"
    bounce = written(POSTFIX, to=to, returned=RETURNED.replace("msg_01JABCDEFG0123456789ABCDEF", one.message_id))
    made, address = world(graph), LmtpAddress("127.0.0.1", free_port())
    hooks = made.parts().hooks

    async with taking_letters(address, hooks, made.readers), connected(address.port) as client:
        await client.greet()
        answers = [await client.bring(bounce, to) for _ in range(2)]
        stands = await graph.read(_STANDS, id=one.message_id)
        answers += [await client.bring(REPLY, "shop@example.com", sender="reader0@example.org") for _ in range(2)]

    assert answers == [["250 2.0.0 Taken"]] * 4
    assert stands == ["BOUNCED", "HARD_BOUNCED", 1]
    assert await graph.read(_HEARD) == [["EMAIL.main", True]]
    assert 'customer_graph_hook_calls_total{result="taken"} 4\n' in exposition(hooks.counters())


async def test_while_the_graph_is_away_the_mail_server_keeps_the_letter() -> None:
    class Away:
        async def read_aside(self, *_: object, **__: object) -> Any:
            raise GraphUnavailable("away")

    made = world(Away())
    hooks = made.parts().hooks

    assert await hooks.take_letter("main", written(POSTFIX)) is False
    assert 'customer_graph_hook_calls_total{result="put off"} 1\n' in exposition(hooks.counters())


def test_a_letter_is_of_the_account_to_whose_address_it_came_back_and_else_of_the_first() -> None:
    accounts = MailAccounts.of(world(None).readers)

    assert accounts.of_letter(["shop@example.com", "BACK+msg_1@Example.com"]) == "spare"
    assert accounts.of_letter(["back@example.com"]) == "spare"
    assert accounts.of_letter(["back@example.org", "back@example.com.evil", "xback@example.com"]) == "main"


async def test_without_an_account_for_letters_nobody_listens() -> None:
    made = World()
    with pytest.raises(ValueError, match=r"^CUSTOMER_GRAPH_LMTP is for the letters of SMTP_URL"):
        async with taking_letters(LmtpAddress("127.0.0.1", 1), made.parts().hooks, made.readers):
            raise AssertionError("nobody may listen")
    async with taking_letters(None, made.parts().hooks, made.readers):
        pass
