from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette

from gateway.console.files import console_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, MutableMapping
    from pathlib import Path

PAGE = '<!doctype html><script type="module" src="/assets/index-abc.js"></script>'
SCRIPT = "console.log(1);"
SECURITY_HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE)
    (built / "licenses.md").write_text("MIT")
    (built / "assets" / "index-abc.js").write_text(SCRIPT)
    (built / "assets" / "codicon-abc.ttf").write_bytes(b"font")
    (built / "assets" / "notes.txt").write_text("not part of a build")
    (built / "assets" / ".hidden.js").write_text("hidden")
    (tmp_path / "secret.js").write_text("secret")
    return built


def client_of(folder: Path) -> httpx.AsyncClient:
    app = Starlette(routes=console_routes(folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(folder) as client:
        yield client


async def answer_to(app: Starlette, path: str) -> tuple[int, bytes]:
    """Asks past any client, because clients tidy a path before they send it."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()  # The client neither sends anything more nor leaves.
        raise AssertionError("unreachable")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    raw = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": []}
    await app({"type": "http", "method": "GET", "scheme": "http", "http_version": "1.1", **raw}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def directives(policy: str) -> dict[str, list[str]]:
    parts = [directive.split() for directive in policy.split(";")]
    return {name: sources for name, *sources in parts}


async def test_the_page_is_served_without_a_key_and_is_never_taken_from_a_cache_unasked(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert response.text == PAGE
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


async def test_a_file_with_a_hash_in_its_name_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    response = await client.get("/assets/index-abc.js")
    assert response.status_code == 200
    assert response.text == SCRIPT
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    font = await client.get("/assets/codicon-abc.ttf")
    assert font.headers["content-type"] == "font/ttf"


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js", "/assets/missing.js"])
async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert directives(headers["content-security-policy"]) == {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
        "font-src": ["'self'", "data:"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", "ws://127.0.0.1:8000", "wss://127.0.0.1:8000"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }


@pytest.mark.parametrize("host", ["evil.example; script-src *", "a b", "a,b", "", "[::1", "host:port"])
async def test_a_host_that_is_more_than_a_host_does_not_get_into_the_policy(
    client: httpx.AsyncClient, host: str
) -> None:
    response = await client.get("/", headers={"host": host})
    policy = directives(response.headers["content-security-policy"])
    assert policy["connect-src"] == ["'self'"]
    assert policy["script-src"] == ["'self'"]


@pytest.mark.parametrize("host", ["console.example.com", "[::1]:8000"])
async def test_the_socket_of_the_same_host_is_allowed_by_name(client: httpx.AsyncClient, host: str) -> None:
    response = await client.get("/", headers={"host": host})
    policy = directives(response.headers["content-security-policy"])
    assert policy["connect-src"] == ["'self'", f"ws://{host}", f"wss://{host}"]


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js"])
async def test_head_answers_like_get_but_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    got, asked = await client.get(path), await client.head(path)
    assert asked.status_code == 200
    assert asked.content == b""
    assert asked.headers == got.headers
    assert int(asked.headers["content-length"]) == len(got.content)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js"])
async def test_nothing_but_get_and_head_is_answered(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../secret.js",
        "/assets/../../secret.js",
        "/assets/..\\..\\secret.js",
        "/assets//secret.js",
        "//assets/secret.js",
        "/assets/index-abc.js\0.js",
        "/assets/index-abc.js\n",
        "/assets/..",
        "/assets/.",
        "/assets/" + "a" * 5000 + ".js",
        "/assets/.hidden.js",
        "/assets/notes.txt",
        "/assets/missing.js",
        "/assets/deep.js",
        "/assets/",
        "/assets",
        "/index.html",
        "/licenses.md",
    ],
)
async def test_there_is_no_way_out_of_the_folder_and_no_list_of_it(folder: Path, path: str) -> None:
    app = Starlette(routes=console_routes(folder))
    app.router.redirect_slashes = False
    (folder / "assets" / "deep.js").mkdir()
    assert (await answer_to(app, "/assets/index-abc.js")) == (200, SCRIPT.encode())
    status, body = await answer_to(app, path)
    assert status == 404
    assert b"secret" not in body
    assert b"index-abc" not in body


async def test_a_console_that_was_never_built_says_how_to_build_it(tmp_path: Path) -> None:
    async with client_of(tmp_path / "static") as client:
        response = await client.get("/")
        asset = await client.get("/assets/index-abc.js")
    assert response.status_code == 503
    assert response.text == (
        "The console has not been built. Run `make console` in the checkout, then load this page again.\n"
    )
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert asset.status_code == 404


async def test_a_build_made_while_the_gateway_runs_is_served_at_once(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        before = await client.get("/")
        (tmp_path / "index.html").write_text(PAGE)
        after = await client.get("/")
    assert before.status_code == 503
    assert after.text == PAGE
