from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
import orjson

from dispatch.outcome import Deferred, Outcome, Refused, Unknown
from dispatch.reachable import PrivateAddress, Reachable

# Shares of the lease. Together less than all of it, so that an outcome is written while the claim still holds.
_CONNECT_SHARE: Final = 0.3
_TOTAL_SHARE: Final = 0.8
# A provider that forgets an idle connection sooner than we do loses the next message's answer.
_IDLE_S: Final = 10.0
_CONNECTIONS: Final = 200
# Where messages go to servers that know nothing of each other.
PER_SERVER: Final = 50
_LONGEST_ANSWER: Final = 65_536
# Who answers may say anything; a message that would wait longer is asked about again after a day.
_LONGEST_WAIT_MS: Final = 24 * 3_600_000
_WAIT_DIGITS: Final = len("86400")


class NotSent(Exception):
    """For certain nobody took the request. Its text names no address and no secret."""


class AnswerLost(Exception):
    """The request may have been taken: its answer did not come, or broke off."""


class Unreachable(NotSent):
    """The address is one of those that may not be called."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`headers` by their names in small letters; `body` is cut after 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """What the body says, an empty object where it is no JSON object."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def retry_after_ms(self) -> int | None:
        """What `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3); a day at most."""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            seconds = text.lstrip("0")
            return (
                min(int(seconds or "0") * 1000, _LONGEST_WAIT_MS) if len(seconds) <= _WAIT_DIGITS else _LONGEST_WAIT_MS
            )
        try:
            asked = round((parsedate_to_datetime(text).timestamp() - time.time()) * 1000)
        except (ValueError, OverflowError, OSError):
            return None
        return min(max(asked, 0), _LONGEST_WAIT_MS)


class HttpClient:
    """Requests to one provider account, over connections that are used again. It follows no redirects.

    It opens its connections on the event loop of its first request, and keeps no cookies.
    """

    def __init__(self, lease_ms: int, reachable: Reachable | None = None, per_server: int = _CONNECTIONS) -> None:
        """With `reachable` only what that includes is called; without, whatever the settings name.

        A server has `per_server` connections at most, so that one that is dead leaves some to the others.
        """
        lease_s = lease_ms / 1000
        self._timeout = aiohttp.ClientTimeout(total=lease_s * _TOTAL_SHARE, connect=lease_s * _CONNECT_SHARE)
        self._reachable = reachable
        self._per_server = per_server
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Raises NotSent or AnswerLost."""
        try:
            async with self._opened().post(url, data=body, headers=headers, allow_redirects=False) as response:
                return HttpAnswer(
                    response.status,
                    {name.lower(): value for name, value in response.headers.items()},
                    await _bounded(response.content),
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            if isinstance(getattr(error, "os_error", None), PrivateAddress):
                raise Unreachable("the address is not one of the public internet") from None
            raise NotSent("no connection") from error
        except TimeoutError as error:
            raise AnswerLost("no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise AnswerLost("the connection was lost") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS,
                limit_per_host=self._per_server,
                keepalive_timeout=_IDLE_S,
                socket_factory=None if self._reachable is None else self._reachable.open_socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                # What is small when packed may be anything when it is not.
                auto_decompress=False,
                headers={"Accept-Encoding": "identity", "User-Agent": "customer-graph"},
            )
        return self._session


async def outcome_of(request: Awaitable[HttpAnswer], read: Callable[[HttpAnswer], Outcome]) -> Outcome:
    """What `read` makes of the answer; a request that got none is put off where nobody took it, and unknown else."""
    try:
        answer = await request
    except Unreachable as error:
        return Refused(str(error))
    except NotSent as error:
        return Deferred(str(error), elsewhere=True)
    except AnswerLost as error:
        return Unknown(str(error), at_fault=True)
    return read(answer)


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    while len(body) < _LONGEST_ANSWER:
        part = await content.read(_LONGEST_ANSWER - len(body))
        if not part:
            break
        body += part
    return bytes(body)
