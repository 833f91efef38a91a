from __future__ import annotations

import json
import os
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

UPSERT = """
mutation ChangeCity($name: String!, $city: String!) {
  upsertProfile(input: {
    identifiers: [{type: EXTERNAL, namespace: "browser-test", value: $name}], set: {city: $city}, isTest: true
  }) {
    profile { id revision city }
    userErrors { code message field }
  }
}
"""


def answer_of_the_gateway(stack: Any, query: str, variables: str) -> dict[str, Any]:
    response = httpx.post(
        f"{stack.url}/graphql",
        headers={"Authorization": f"Bearer {stack.admin_key}"},
        json={"query": query, "variables": json.loads(variables)},
        timeout=20,
    )
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def change_city(console: Any, name: str, city: str) -> dict[str, Any]:
    await console.write("operation.graphql", UPSERT)
    await console.write("variables.json", json.dumps({"name": name, "city": city}))
    await console.run()
    payload: dict[str, Any] = (await console.answer_with(f'"city": "{city}"'))["data"]["upsertProfile"]
    assert payload["userErrors"] == []
    profile: dict[str, Any] = payload["profile"]
    return profile


async def save_screenshot(page: Page) -> None:
    path = os.environ.get("CONSOLE_SCREENSHOT")
    if path:
        # Scroll bars fade when the pointer has left the editors.
        await page.mouse.move(720, 1)
        await expect(page.locator(".scrollbar.visible")).to_have_count(0)
        await page.screenshot(path=path)


async def test_the_console_loads_everything_from_its_own_origin_and_breaks_no_rule(
    stack: Any, open_console: Callable[[], Awaitable[Any]]
) -> None:
    console = await open_console()
    await console.use_key(stack.admin_key)
    await console.expect_state("access", "ACCEPTED")
    await console.page.get_by_role("button", name="Show Documentation Explorer").click()
    await expect(console.page.get_by_role("link", name="Mutation").first).to_be_visible()
    await console.choose_tab("NewestProfiles")
    await console.run()
    await console.answer_with('"profiles"')

    own = urlsplit(stack.url).netloc
    asked = [urlsplit(url) for url in console.requests]
    foreign = [url for url in asked if url.scheme not in {"data", "blob"} and url.netloc != own]
    assert foreign == []
    paths = {url.path for url in asked if url.netloc == own}
    assert {"/", "/graphql"} < paths
    assert {path for path in paths if not path.startswith("/assets/")} == {"/", "/graphql"}
    assert not any(stack.admin_key in url for url in console.requests)
    assert console.problems == []
    assert await console.violations() == []
    assert await console.page.title() == "Customer Graph console"


async def test_the_first_tab_shows_a_profile_with_its_purchases_and_their_lines(
    stack: Any, open_console: Callable[[], Awaitable[Any]]
) -> None:
    console = await open_console()
    await console.use_key(stack.admin_key)
    await console.expect_state("access", "ACCEPTED")
    query, variables = await console.read("operation.graphql"), await console.read("variables.json")
    assert json.loads(variables)["customer"]["value"] == "17850"
    expected = answer_of_the_gateway(stack, query, variables)
    purchases = expected["data"]["profile"]["purchases"]["nodes"]
    assert len(purchases) == 3
    assert all(purchase["lines"]["nodes"] for purchase in purchases)

    await console.run()
    assert await console.answer_with('"subscriptions"') == expected
    result = console.page.get_by_role("region", name="Result Window")
    await expect(result).to_contain_text('"purchases"')
    await expect(result).to_contain_text(f'"externalId": "{purchases[0]["externalId"]}"')
    await expect(result).to_contain_text(f'"name": "{purchases[0]["lines"]["nodes"][0]["product"]["name"]}"')
    assert console.problems == []
    await save_screenshot(console.page)


async def test_a_change_made_in_one_tab_is_seen_live_in_another(
    stack: Any, open_console: Callable[[], Awaitable[Any]]
) -> None:
    watching, changing = await open_console(), await open_console()
    for console in (watching, changing):
        await console.use_key(stack.admin_key)
        await console.expect_state("access", "ACCEPTED")
    await watching.expect_state("socket", "IDLE")
    name = uuid.uuid4().hex
    before = await change_city(changing, name, "London")

    await watching.choose_tab("LiveProfile")
    await watching.write("variables.json", json.dumps({"id": before["id"]}))
    await watching.run()
    shown = (await watching.answer_with('"London"'))["data"]["profileChanged"]
    assert shown["revision"] == before["revision"]
    await watching.expect_state("socket", "CONNECTED")

    after = await change_city(changing, name, "Paris")
    assert after["id"] == before["id"]
    shown = (await watching.answer_with('"Paris"'))["data"]["profileChanged"]
    assert shown["profile"]["id"] == before["id"]
    assert shown["revision"] == after["revision"] > before["revision"]
    assert watching.problems == []
    assert await watching.violations() == []

    await watching.page.get_by_role("button", name="Stop query").click()
    await watching.expect_state("socket", "IDLE")


async def test_without_a_key_the_page_says_so_and_asks_the_gateway_nothing(
    open_console: Callable[[], Awaitable[Any]],
) -> None:
    console = await open_console()
    await console.expect_state("access", "NO_KEY")
    await expect(console.page.locator("#hint")).to_contain_text("No API key is set")
    await console.run()
    assert await console.answer_with("No API key") == {"errors": [{"message": "No API key is set."}]}
    assert not any(urlsplit(url).path == "/graphql" for url in console.requests)
    assert console.problems == []


async def test_a_wrong_key_is_refused_with_a_hint_and_a_right_one_mends_it(
    stack: Any, open_console: Callable[[], Awaitable[Any]]
) -> None:
    console = await open_console()
    await console.use_key("wrong-key")
    await console.expect_state("access", "REFUSED")
    hint = console.page.locator("#hint")
    await expect(hint).to_contain_text("refused this API key (401)")
    await console.run()
    answer = await console.answer_with('"errors"')
    assert answer.get("data") is None
    await console.choose_tab("LiveProfile")
    await console.run()
    assert "data" not in await console.answer_with("live connection")
    await console.expect_state("access", "REFUSED")

    await console.use_key(stack.admin_key)
    await console.expect_state("access", "ACCEPTED")
    await expect(hint).to_be_hidden()


async def test_a_reload_keeps_key_and_example_but_the_key_is_neither_in_another_tab_nor_on_disk(
    stack: Any, open_console: Callable[[], Awaitable[Any]]
) -> None:
    console = await open_console()
    await console.use_key(stack.admin_key)
    await console.expect_state("access", "ACCEPTED")
    await console.run()
    await console.answer_with('"profile"')
    assert stack.admin_key not in await console.page.evaluate("JSON.stringify(localStorage)")
    assert await console.page.evaluate("document.cookie") == ""

    example = await console.read("variables.json")
    await console.page.reload()
    await console.expect_state("access", "ACCEPTED")
    await console.is_ready()
    assert await console.read("variables.json") == example
    assert '"17850"' in example
    other = await open_console()
    await other.expect_state("access", "NO_KEY")

    await console.page.get_by_role("button", name="Forget").click()
    await console.expect_state("access", "NO_KEY")
    assert await console.page.evaluate("sessionStorage.length") == 0
