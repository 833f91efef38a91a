from __future__ import annotations

import asyncio
from pathlib import Path

from click.testing import CliRunner, Result

from gateway.commands.bounce import bounce
from graph.clock import SystemClock
from graph.connection import Graph
from graph.settings import GraphSettings
from graph.statement import Statement
from tests.dispatch.bounce_mails import MESSAGE, POSTFIX, written
from tests.dispatch.outbox_seed import queue, seed

_STATE = Statement("state", "MATCH (m:Message {id: $id}) RETURN [m.state, COUNT { (m)<-[:OF]-(:Receipt) }]")


async def told(settings: GraphSettings, folder: Path, mail: bytes) -> Result:
    environment = {
        "CUSTOMER_GRAPH_DATA": str(folder),
        "GRAPH_URI": settings.uri,
        "GRAPH_USER": settings.user,
        "GRAPH_PASSWORD": settings.password,
    }
    return await asyncio.to_thread(lambda: CliRunner().invoke(bounce, input=mail, env=environment))


async def test_a_mail_that_is_piped_in_counts_once(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> None:
    one = seed(SystemClock().now(), state="SENT", message_id=MESSAGE)
    await queue(graph, one)

    answers = [await told(graph_settings, tmp_path, written(POSTFIX)) for _ in range(2)]

    assert [each.output for each in answers] == ["1 receipts, 1 of them new\n", "1 receipts, 0 of them new\n"]
    assert await graph.read(_STATE, id=MESSAGE) == ["BOUNCED", 1]


async def test_any_other_mail_changes_nothing(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> None:
    del graph
    answer = await told(graph_settings, tmp_path, b"Subject: Hello\r\n\r\nHow are you?\r\n")

    assert (answer.exit_code, answer.output) == (0, "0 receipts, 0 of them new\n")
