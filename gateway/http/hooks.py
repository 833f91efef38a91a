"""`/hooks/<channel>/<account>`, where providers tell how messages fared, and what people write back."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter as Count
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dispatch.channels.channel import HookReader
from dispatch.channels.mail_intake import reading_of
from dispatch.counters import Counter
from dispatch.hook import HookCall, HookReading, HookRefused, Malformed, NotSigned
from gateway.inbox import Inbox
from gateway.receipt_groups import ReceiptGroups
from graph.clock import Clock
from graph.errors import GraphError, GraphUnavailable
from graph.receipts.receipt import ReceiptSource, Told
from graph.vocabulary import Channel, Word

PATH: Final = "/hooks/{channel}/{account}"

# Providers send some kilobytes, and a bounced mail comes whole.
_MOST_BYTES: Final = 1_048_576
_BODY_WITHIN_S: Final = 20.0
_log: Final = logging.getLogger(__name__)

Readers = Mapping[tuple[Channel, str], HookReader]


class _Call(Word):
    """What became of a call, as the metrics count it."""

    TAKEN = "taken"
    NOT_SIGNED = "not signed"
    MALFORMED = "malformed"
    UNKNOWN_ACCOUNT = "unknown account"
    PUT_OFF = "put off"


class Hooks:
    """Answers 2xx only once everything that a call says is committed, so that what is lost comes again."""

    def __init__(self, readers: Readers, public_url: str, groups: ReceiptGroups, inbox: Inbox, clock: Clock) -> None:
        self._readers = readers
        self._public_url = public_url
        self._groups = groups
        self._inbox = inbox
        self._clock = clock
        self._calls: Count[_Call] = Count()
        self._kinds: Count[tuple[Channel, bool]] = Count()
        self._inbound: Count[Channel] = Count()
        self._departures: Count[Channel] = Count()

    async def answer(self, request: Request) -> Response:
        source = self._source(request)
        if source is None:
            return self._refused(_Call.UNKNOWN_ACCOUNT, 404)
        body = await _bounded(request)
        if isinstance(body, HTTPStatus):
            return self._refused(_Call.MALFORMED, body)
        try:
            reading = self._read(source, request, body)
        except NotSigned:
            return self._refused(_Call.NOT_SIGNED, 403)
        except HookRefused:
            return self._refused(_Call.MALFORMED, 400)
        try:
            await self._take(source, reading)
        except GraphError as error:
            return self._put_off(source, error)
        self._calls[_Call.TAKEN] += 1
        return Response(reading.answer, 200, media_type=reading.media_type)

    async def take_letter(self, account: str, letter: bytes) -> bool:
        """As a call of the mail server that has the account's secret. False where it has to come again."""
        try:
            source = ReceiptSource(Channel.EMAIL, account)
            await self._take(source, reading_of(letter, self._clock.now()))
        except GraphError as error:
            self._note_put_off(source, error)
            return False
        self._calls[_Call.TAKEN] += 1
        return True

    def counters(self) -> Iterable[Counter]:
        for call in _Call:
            description = "Calls of providers by what became of them."
            yield Counter("customer_graph_hook_calls_total", description, self._calls[call], (("result", call.value),))
        for channel in Channel:
            known = self._kinds[channel, True]
            yield Counter("customer_graph_receipts_total", "Receipts of known kinds.", known, (("channel", channel),))
        for channel in Channel:
            unknown, text = self._kinds[channel, False], "Receipts of kinds that nobody knows: kept, changing nothing."
            yield Counter("customer_graph_unknown_receipts_total", text, unknown, (("channel", channel),))
        for channel in Channel:
            number, text = self._inbound[channel], "What people wrote back, as often as providers told it."
            yield Counter("customer_graph_inbound_total", text, number, (("channel", channel),))
        for channel in Channel:
            number, text = self._departures[channel], "People who left at the provider, as often as it told so."
            yield Counter("customer_graph_departures_total", text, number, (("channel", channel),))

    async def _take(self, source: ReceiptSource, reading: HookReading) -> None:
        await self._groups.take([Told(source, each) for each in reading.receipts])
        await self._inbox.take(source, reading)
        self._inbound[source.channel] += len(reading.inbound)
        self._departures[source.channel] += len(reading.departures)
        for each in reading.receipts:
            self._kinds[source.channel, each.happening is not None or each.is_soft] += 1

    def _source(self, request: Request) -> ReceiptSource | None:
        try:
            channel = Channel(request.path_params["channel"].upper().replace("-", "_"))
        except ValueError:
            return None
        source = ReceiptSource(channel, request.path_params["account"])
        return source if (channel, source.account) in self._readers else None

    def _call(self, request: Request, body: bytes) -> HookCall:
        """The address is ours as configured: what a request says of its own host anybody may write."""
        query = request.url.query
        return HookCall(
            method=request.method,
            url=f"{self._public_url}{request.url.path}{f'?{query}' if query else ''}",
            headers=dict(request.headers),
            query=dict(request.query_params),
            body=body,
            now_ms=self._clock.now(),
        )

    def _refused(self, call: _Call, status: int) -> Response:
        self._calls[call] += 1
        return Response(call.value, status, media_type="text/plain")

    def _read(self, source: ReceiptSource, request: Request, body: bytes) -> HookReading:
        """Raises HookRefused."""
        reading = self._readers[source.channel, source.account].read(self._call(request, body))
        if not reading.is_plausible:
            raise Malformed
        return reading

    def _put_off(self, source: ReceiptSource, error: GraphError) -> Response:
        self._note_put_off(source, error)
        retry_after_s = error.retry_after_s if isinstance(error, GraphUnavailable) else 2
        return Response("try again", 503, {"Retry-After": str(retry_after_s)}, media_type="text/plain")

    def _note_put_off(self, source: ReceiptSource, error: GraphError) -> None:
        _log.warning("a call of %s %s has to come again: %s", source.channel, source.account, error)
        self._calls[_Call.PUT_OFF] += 1


async def _bounded(request: Request) -> bytes | HTTPStatus:
    """How it is refused where it is more than a call can hold, or does not come; what it announces is not believed."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_WITHIN_S):
            async for part in request.stream():
                body += part
                if len(body) > _MOST_BYTES:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    return bytes(body)
