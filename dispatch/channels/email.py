from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import AbstractAsyncContextManager
from email.errors import MessageError
from typing import Final, NoReturn

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from dispatch.channels.letter import compose
from dispatch.channels.masking import masked
from dispatch.channels.smtp_account import SmtpAccount
from dispatch.channels.smtp_connections import NoConnectionFree, SmtpConnection, SmtpConnections
from dispatch.hook import HookCall, HookReading
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from graph.delivery import Delivery

_START_INPUT: Final = 354
_SUCCESS: Final = 2
_PERMANENT: Final = 500
# The server closes the connection after it, whatever it was an answer to.
_CLOSING: Final = 421

# Shares of the lease. Together less than all of it, so that an outcome is written while the claim still holds.
_DIALOGUE_SHARE: Final = 0.3
_ANSWER_SHARE: Final = 0.5

_DEAD_ADDRESS: Final = "5.1.1"
# "Unable to route" is most often a name server that is down, so it counts as temporary in spite of its 5.
_ROUTING: Final = "5.4.4"
_ENHANCED: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_QUEUED_AS: Final = re.compile(r"\b(?:queued as|id=)\s*<?([A-Za-z0-9._-]{4,64})", re.IGNORECASE)


class EmailSender:
    """Hands letters to one SMTP server (RFC 5321)."""

    def __init__(self, account: SmtpAccount, lease_ms: int, tls_context: ssl.SSLContext | None = None) -> None:
        self.provider = account.name
        self._bounces = account.bounces
        self._signer = account.signer
        self._intake = account.intake
        # One at a time: more threads sign no faster together, and keep the event loop from its turn.
        self._signing = asyncio.Semaphore(1)
        self._dialogue_s = lease_ms / 1000 * _DIALOGUE_SHARE
        self._answer_s = lease_ms / 1000 * _ANSWER_SHARE
        self._connections = SmtpConnections(account.server, self._dialogue_s, tls_context)

    @classmethod
    def from_url(cls, url: str, variable: str, lease_ms: int) -> EmailSender:
        """Raises ValueError that names the variable where it is wrong."""
        return cls(SmtpAccount.from_url(url, variable), lease_ms)

    def is_bounced_to(self, address: str) -> bool:
        """Whether `address` is where letters come back that went by this account."""
        return self._bounces is not None and self._bounces.is_of(address)

    def read(self, call: HookCall) -> HookReading:
        """A mail that came back. Raises NotSigned."""
        return self._intake.read(call)

    async def close(self) -> None:
        await self._connections.close()

    async def send(self, delivery: Delivery) -> Outcome:
        """Everything up to the final dot is bounded together: until then nothing can have been taken."""
        give_up_at = asyncio.get_running_loop().time() + self._dialogue_s
        try:
            async with asyncio.timeout_at(give_up_at):
                letter = await self._written(delivery)
        except (ValueError, MessageError, IndexError):
            return Refused("the letter cannot be composed: an address or a header is not valid")
        except TimeoutError:
            return Deferred("the letter was not signed in time", unasked=True)
        try:
            try:
                return await self._send_over(self._connections.lent(give_up_at), delivery, letter, give_up_at)
            except _Stale:
                fresh = self._connections.lent(give_up_at, fresh=True)
                return await self._send_over(fresh, delivery, letter, give_up_at)
        except (NoConnectionFree, TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            return _not_sent(error, delivery.address)
        except ValueError:
            return Refused("the address cannot be written in an envelope")

    async def _written(self, delivery: Delivery) -> bytes:
        """A signature is counted out for longer than other letters may wait, so that happens in a thread."""
        signer = self._signer
        if signer is None:
            return compose(delivery)
        async with self._signing:
            return await asyncio.to_thread(lambda: signer.signed(compose(delivery)))

    async def _send_over(
        self, lent: AbstractAsyncContextManager[SmtpConnection], delivery: Delivery, letter: bytes, give_up_at: float
    ) -> Outcome:
        """Raises only for what happened before the letter itself was sent."""
        async with lent as connection:
            try:
                async with asyncio.timeout_at(give_up_at):
                    protocol = await _open_envelope(connection, delivery, self._envelope_sender(delivery), letter)
            except _Answered as answered:
                return answered.outcome
            return await self._hand_over(connection, protocol, letter, delivery)

    def _envelope_sender(self, delivery: Delivery) -> str:
        return self._bounces.for_message(delivery.message_id) if self._bounces else delivery.sender or ""

    async def _hand_over(
        self, connection: SmtpConnection, protocol: SMTPProtocol, letter: bytes, delivery: Delivery
    ) -> Outcome:
        """Nothing from here on is tried a second time."""
        try:
            protocol.write(_transparent(letter))
            response = await protocol.read_response(timeout=self._answer_s)
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            connection.drop()
            return Unknown(masked(_plain(error), delivery.address), at_fault=True)
        if response.code == _CLOSING:
            connection.drop()
        if response.code // 100 != _SUCCESS:
            return _refusal(response.code, response.message, delivery.address)
        connection.is_amid = False
        found = _QUEUED_AS.search(response.message)
        return Accepted(_answer(response.code, response.message, delivery.address), found and found[1])


class _Answered(Exception):
    """The server said no before the letter was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Stale(Exception):
    """The server had left a connection that lay at rest, so it took nothing."""


async def _open_envelope(
    connection: SmtpConnection, delivery: Delivery, envelope_sender: str, letter: bytes
) -> SMTPProtocol:
    """Up to the server's 354. Our own DATA, because the client's does not tell a lost 354 from a lost last answer."""
    sender, address = delivery.sender or "", delivery.address or ""
    client = connection.client
    international = not (sender.isascii() and address.isascii())
    if international and not client.supports_extension("smtputf8"):
        raise _Answered(Refused("the mail server cannot take an address with letters outside ASCII"))
    options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
    encoding = "utf-8" if international else "ascii"
    if client.supports_extension("size"):
        options.append(f"SIZE={len(letter)}")
    try:
        await _begin(connection, envelope_sender, options, encoding)
        await client.rcpt(address, encoding=encoding)
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as error:
        _said_no(error.code, error.message, address)
    response = await client.execute_command(b"DATA")
    if response.code != _START_INPUT or client.protocol is None:
        _said_no(response.code, response.message, address)
    return client.protocol


async def _begin(connection: SmtpConnection, sender: str, options: list[str], encoding: str) -> None:
    """The letter's MAIL FROM. Raises _Stale where the server had left; nothing was said of this letter until then."""
    client, is_amid = connection.client, connection.is_amid
    connection.letters += 1
    connection.is_amid = True
    try:
        if is_amid and (await client.execute_command(b"RSET")).code // 100 != _SUCCESS:
            raise _Stale
        await client.mail(sender, options=options, encoding=encoding)
    except (aiosmtplib.SMTPSenderRefused, ConnectionError) as error:
        is_gone = isinstance(error, ConnectionError) or error.code == _CLOSING
        if connection.has_rested and is_gone:
            raise _Stale from error
        raise


def _not_sent(error: Exception, address: str | None) -> Deferred:
    if isinstance(error, NoConnectionFree):
        return Deferred("as many letters as may be were on their way", unasked=True)
    # Greeting, TLS and login speak about us, not about this letter: even a 5xx there is tried again.
    return Deferred(masked(_plain(error), address), elsewhere=True)


def _said_no(code: int, text: str, address: str) -> NoReturn:
    raise _Answered(_refusal(code, text, address))


def _refusal(code: int, text: str, address: str | None) -> Outcome:
    status = _ENHANCED.search(text)
    answer = _answer(code, text, address)
    if code == _CLOSING:
        return Deferred(answer, elsewhere=True)
    if code < _PERMANENT or (status and status[0] == _ROUTING):
        return Deferred(answer)
    return Refused(answer, suppress=bool(status and status[0] == _DEAD_ADDRESS))


def _answer(code: int, text: str, address: str | None) -> str:
    return masked(f"{code} {text}", address)


def _plain(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    # The texts of connection errors name hosts and what was sent; the kind of error says enough.
    match error:
        case TimeoutError():
            return "no answer in time"
        case aiosmtplib.SMTPConnectError():
            return "no connection"
        case ConnectionError():
            return "the connection was lost"
        case _:
            return type(error).__name__


def _transparent(letter: bytes) -> bytes:
    """RFC 5321, 4.5.2: a line that begins with a dot gets another one, and one alone ends the letter."""
    body = letter if letter.endswith(b"\r\n") else letter + b"\r\n"
    return body.replace(b"\r\n.", b"\r\n..") + b".\r\n"
