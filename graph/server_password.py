from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from neo4j import AsyncDriver, AsyncGraphDatabase
from neo4j.exceptions import AuthError

from graph.driver_errors import translated
from graph.errors import GraphError, GraphUnavailable
from graph.statement import Statement

# Every new Neo4j has this one, and lets its owner do nothing with it but change it.
_INITIAL = "neo4j"
# The only statement that goes to the database `system`; it answers without a record.
_SET_PASSWORD = Statement("set first password", "ALTER CURRENT USER SET PASSWORD FROM $old TO $new", timeout_ms=5_000)
_CONNECT_TIMEOUT_S = 5.0
_POLL_S = 0.1


async def set_first_password(uri: str, user: str, password: str, timeout_s: float) -> bool:
    """Makes `password` the one of a new server; True where it was set now, False where it already was.

    Waits up to `timeout_s` seconds for the server. Raises GraphUnavailable when it does not answer by then, GraphError
    where it wants another password altogether.
    """
    if await _lets_in(uri, user, password, timeout_s):
        return False
    if not await _lets_in(uri, user, _INITIAL, timeout_s):
        raise GraphError("the graph's password is not the one that is kept in the data folder")
    with translated():
        async with _driver(uri, user, _INITIAL) as driver, driver.session(database="system") as session:
            result = await session.run(_SET_PASSWORD.text, old=_INITIAL, new=password)
            await result.consume()
    return True


async def _lets_in(uri: str, user: str, password: str, timeout_s: float) -> bool:
    deadline = monotonic() + timeout_s
    while True:
        try:
            with translated():
                return await _signs_in(uri, user, password)
        except GraphUnavailable:
            if monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)


async def _signs_in(uri: str, user: str, password: str) -> bool:
    async with _driver(uri, user, password) as driver:
        try:
            await driver.verify_connectivity()
        except AuthError:
            return False
    return True


@asynccontextmanager
async def _driver(uri: str, user: str, password: str) -> AsyncIterator[AsyncDriver]:
    async with AsyncGraphDatabase.driver(
        uri,
        auth=(user, password),
        connection_timeout=_CONNECT_TIMEOUT_S,
        connection_acquisition_timeout=_CONNECT_TIMEOUT_S,
        telemetry_disabled=True,
    ) as driver:
        yield driver
