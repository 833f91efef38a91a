from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import ViewportSize, async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, ConsoleMessage, Page, Request

# Quiet means: Chromium's own services ask nobody for anything, so every request that is seen is the page's.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
WINDOW = ViewportSize(width=1440, height=900)
PATIENCE_MS = 20_000
# What a person answers by pressing the button once more; tests share two processors with a second set of servers.
_TRIES = 5
BUSY = ("TIMEOUT", "UNAVAILABLE")

COUNT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
READ_MODEL = "(name) => __MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name)).getValue()"
WRITE_MODEL = """([name, text]) =>
  __MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name)).setValue(text)"""
MODEL_HOLDS = """([name, texts]) => {
  const value = __MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name)).getValue();
  return texts.some((text) => value.includes(text));
}"""


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class ConsolePage:
    """One browser tab with the console in it, and everything that happened there."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note_request)
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    async def open(self, url: str) -> None:
        await self.page.add_init_script(COUNT_VIOLATIONS)
        await self.page.goto(url)
        await self.is_ready()

    async def is_ready(self) -> None:
        await self.page.wait_for_function(
            """() => window.__MONACO
              && ["operation.graphql", "variables.json", "response.json"].every((name) =>
                __MONACO.editor.getModels().some((model) => model.uri.path.endsWith(name)))""",
            timeout=PATIENCE_MS,
        )

    async def use_key(self, key: str) -> None:
        await self.page.get_by_label("API key").fill(key)
        await self.page.get_by_role("button", name="Use key").click()

    async def expect_state(self, name: str, state: str) -> None:
        await expect(self.page.get_by_test_id(name)).to_have_attribute("data-state", state)

    async def choose_tab(self, title: str) -> None:
        tab = self.page.get_by_role("tab", name=title)
        await tab.click()
        await expect(tab).to_have_attribute("aria-selected", "true")

    async def write(self, model: str, text: str) -> None:
        await self.page.evaluate(WRITE_MODEL, [model, text])

    async def read(self, model: str) -> str:
        text: str = await self.page.evaluate(READ_MODEL, model)
        return text

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def answer_with(self, text: str) -> dict[str, Any]:
        """The answer that is shown, once it holds this text. Where the graph was too busy it is asked for again."""
        for _ in range(_TRIES):
            awaited = ["response.json", [text, *BUSY]]
            await self.page.wait_for_function(MODEL_HOLDS, arg=awaited, timeout=PATIENCE_MS)
            shown = await self.read("response.json")
            if text in shown:
                break
            await self.run()
        answer: dict[str, Any] = json.loads(shown)
        assert text in shown, shown
        return answer

    async def violations(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.violations")
        return found


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    # Browser, gateway and database share a machine here; five seconds can be too few for a page's first answer.
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def open_console(chromium: Browser, stack: Any) -> AsyncIterator[Callable[[], Awaitable[ConsolePage]]]:
    """Opens the console in one more tab of a browser window that nobody has used before."""
    context = await chromium.new_context(viewport=WINDOW, color_scheme="light")

    async def open_tab() -> ConsolePage:
        console = ConsolePage(await context.new_page())
        await console.open(stack.url)
        return console

    yield open_tab
    await context.close()
