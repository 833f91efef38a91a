"""Whether the parts answer, of the running stack or of the one the environment names."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

from dispatch.redis_ping import ping
from dispatch.smtp_server import SmtpServer
from gateway.stack.finding import Finding, fine, idle, wrong
from gateway.stack.ports import is_free
from gateway.stack.probe import greets, is_ready
from gateway.stack.up_settings import UpSettings
from graph.connection import Graph
from graph.errors import GraphError
from graph.migrations import CURRENT_VERSION, schema_version
from graph.settings import GraphSettings

_REDIS_TIMEOUT_S = 3.0
_NOBODY = "no stack is running on this data folder"


async def graph(found: Mapping[str, str]) -> Finding:
    if not found.get("GRAPH_URI"):
        return idle("graph", _NOBODY)
    try:
        version = await _schema_version(GraphSettings.from_environment(found))
    except (GraphError, ValueError) as error:
        return wrong("graph", str(error), "check GRAPH_URI, GRAPH_USER, GRAPH_PASSWORD and that the server runs")
    if version < CURRENT_VERSION:
        return wrong("graph", f"answers; schema {version}, {CURRENT_VERSION} is needed", "customer-graph migrate")
    if version > CURRENT_VERSION:
        return wrong("graph", f"answers; schema {version} is newer than this program", "install the newer version")
    return fine("graph", f"answers; schema {version}")


async def redis(found: Mapping[str, str]) -> Finding:
    url = found.get("REDIS_URL")
    if not url:
        return idle("redis", _NOBODY)
    try:
        answers = await ping(url, _REDIS_TIMEOUT_S)
    except ValueError:
        return wrong("redis", "REDIS_URL is no URL of a Redis", "write it as redis://:password@host:6379/0")
    if not answers:
        return wrong("redis", "does not answer", "check REDIS_URL and its password, and that the server runs")
    return fine("redis", "answers")


async def smtp(found: Mapping[str, str]) -> Finding:
    urls = found.get("SMTP_URL", "").split()
    if not urls:
        return idle("smtp", _NOBODY)
    try:
        server = SmtpServer.from_url(urls[0])
    except ValueError as error:
        return wrong("smtp", str(error), "write it as smtp://user:password@host:587")
    port = server.port
    try:
        greeted = await greets(server.host, port, ssl.create_default_context() if server.tls else None)
    except OSError:
        greeted = False
    if not greeted:
        return wrong("smtp", f"nobody greets on port {port}", "check SMTP_URL and that the server runs")
    return fine("smtp", f"greets on port {port}")


async def gateway(settings: UpSettings, *, running: bool) -> Finding:
    try:
        ready = await is_ready(settings.near_host, settings.port)
    except OSError:
        ready = False
    if ready:
        return fine("gateway", settings.url)
    if running:
        return wrong("gateway", f"{settings.url} is not ready", f"see the logs in {settings.data.logs}")
    if not await asyncio.to_thread(is_free, settings.host, settings.port):
        return wrong("gateway", f"port {settings.port} is taken by another program", "name another one in PORT")
    return idle("gateway", f"port {settings.port} is free")


async def _schema_version(settings: GraphSettings) -> int:
    opened = Graph.open(settings)
    try:
        await opened.ping()
        return await schema_version(opened)
    finally:
        await opened.close()
