from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.connection import Graph
from graph.errors import Refusal
from graph.idempotency import Guard
from graph.sending.content import Content, EmailContent, PushContent, TextContent, WebhookContent, WhatsappContent
from graph.statement import Statement
from graph.templates.facts import versions
from graph.templates.known import Past
from graph.templates.template import (
    Checked,
    CreateTemplate,
    UpdateTemplate,
    archive_template,
    create_template,
    update_template,
)
from graph.vocabulary import UserErrorCode

NOW = 1_790_000_000_000
ALL_VERSIONS = Statement(
    "all_versions",
    """
    MATCH (v:TemplateVersion)-[:OF]->(t:Template)
    WITH t, v ORDER BY v.version
    RETURN collect([v.version, v.smsText, EXISTS { (t)-[:LATEST]->(v) }, v.id])
    """,
)
TEMPLATE = Statement("template", "MATCH (t:Template) RETURN [t.version, t.channels, t.title, t.archivedAt.epochMillis]")


def saying(text: str, *required: str) -> Checked:
    return Checked(Content(sms=TextContent(text)), frozenset(required))


async def created(graph: Graph, checked: Checked) -> str:
    done = await create_template(graph, CreateTemplate("welcome", "Welcome", checked), None, NOW)
    return str(done.result["templateId"])


async def refused(graph: Graph, command: UpdateTemplate) -> list[tuple[str, Any]]:
    with pytest.raises(Refusal) as caught:
        await update_template(graph, command, None, NOW)
    return [(each.code, each.field) for each in caught.value.user_errors]


async def test_two_updates_at_once_make_two_more_versions_and_one_of_them_is_the_latest(graph: Graph) -> None:
    template = await created(graph, saying("one"))

    await asyncio.gather(
        *(update_template(graph, UpdateTemplate(template, checked=saying(text)), None, NOW) for text in ("a", "b"))
    )

    rows = await graph.read(ALL_VERSIONS)
    assert [row[0] for row in rows] == [1, 2, 3]
    assert (rows[0][1], {rows[1][1], rows[2][1]}) == ("one", {"a", "b"})
    assert [row[2] for row in rows] == [False, False, True]
    assert (await graph.read(TEMPLATE))[0] == 3


async def test_all_texts_come_back_as_they_were_saved_and_those_that_are_left_out_are_gone(graph: Graph) -> None:
    everything = Content(
        EmailContent("s", "t", "h"),
        TextContent("sms"),
        PushContent("title", "", "https://a.example", None),
        TextContent("m"),
        WebhookContent('{"a":1}'),
        WhatsappContent('{"name":"order"}'),
    )
    checked = Checked(everything, frozenset({"code"}), frozenset({Past.LAST_PURCHASE}))
    template = await created(graph, checked)
    await update_template(graph, UpdateTemplate(template, checked=saying("only this")), None, NOW)

    ids = [row[3] for row in await graph.read(ALL_VERSIONS)]
    assert await versions(graph, ids) == {ids[0]: checked, ids[1]: saying("only this")}
    assert (await graph.read(TEMPLATE))[1] == ["SMS"]


async def test_a_version_from_before_there_was_a_past_to_name_has_none(graph: Graph) -> None:
    await created(graph, saying("one"))
    await graph.change(Statement("forget_past", "MATCH (v:TemplateVersion) REMOVE v.past RETURN v.id"))

    ids = [row[3] for row in await graph.read(ALL_VERSIONS)]
    assert await versions(graph, ids) == {ids[0]: saying("one")}


async def test_a_title_alone_is_no_new_version(graph: Graph) -> None:
    template = await created(graph, saying("one"))

    await update_template(graph, UpdateTemplate(template, title="Hello"), None, NOW)

    assert await graph.read(TEMPLATE) == [1, ["SMS"], "Hello", None]


async def test_an_archived_template_is_changed_no_more_and_archived_once(graph: Graph) -> None:
    template = await created(graph, saying("one"))
    await archive_template(graph, template, None, NOW)
    await archive_template(graph, template, None, NOW + 5)

    assert await refused(graph, UpdateTemplate(template, checked=saying("two"))) == [
        (UserErrorCode.STATE_NOT_ALLOWED, ("template",))
    ]
    assert await graph.read(TEMPLATE) == [1, ["SMS"], "Welcome", NOW]


async def test_keys_are_taken_once_and_other_versions_than_expected_are_refused(graph: Graph) -> None:
    template = await created(graph, saying("one"))

    with pytest.raises(Refusal) as taken:
        await created(graph, saying("two"))
    assert [(each.code, each.field) for each in taken.value.user_errors] == [(UserErrorCode.TAKEN, ("key",))]
    assert await refused(graph, UpdateTemplate("tpl_none")) == [(UserErrorCode.NOT_FOUND, ("template",))]
    assert await refused(graph, UpdateTemplate(template, checked=saying("two"), if_version=2)) == [
        (UserErrorCode.REVISION_CHANGED, ("ifVersion",))
    ]
    with pytest.raises(Refusal):
        await archive_template(graph, "tpl_none", None, NOW)
    assert len(await graph.read(ALL_VERSIONS)) == 1


async def test_the_same_key_updates_once(graph: Graph) -> None:
    template = await created(graph, saying("one"))
    command = UpdateTemplate(template, checked=saying("two"))

    done = [await update_template(graph, command, Guard("k", "h"), NOW) for _ in range(2)]

    assert [each.replayed for each in done] == [False, True]
    assert (await graph.read(TEMPLATE))[0] == 2
