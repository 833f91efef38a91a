"""What a caller has written and wants to see again, also where another server of the cluster answers."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Final, Self

_TAG_BYTES: Final = 16
_LONGEST_TEXT: Final = 4_096
# One write after the other leaves one; so many are left only by as many that ran side by side.
_MOST: Final = 32
_SEPARATOR: Final = "\n"


class Causal:
    """The bookmarks of one caller: where the caller's reads start from, and what the caller's writes add."""

    __slots__ = ("_key", "_names")

    def __init__(self, key: bytes, names: Iterable[str]) -> None:
        self._key = key
        # The order is that of coming, so that the oldest is what makes room.
        self._names = dict.fromkeys(names)

    def names(self) -> tuple[str, ...]:
        """As the database calls them."""
        return tuple(self._names)

    def replace(self, seen: Iterable[str], written: Iterable[str]) -> None:
        """A write that started from `seen` is later than all of them."""
        for name in seen:
            self._names.pop(name, None)
        self._names.update(dict.fromkeys(written))
        while len(self._names) > _MOST:
            del self._names[next(iter(self._names))]

    def text(self) -> str | None:
        """For a header: at most 4,096 of letters, digits, `-` and `_`. None where nothing was written or known."""
        names = list(self._names)
        while names:
            text = self._sealed(names)
            if len(text) <= _LONGEST_TEXT:
                return text
            del names[0]
        return None

    def _sealed(self, names: list[str]) -> str:
        plain = _SEPARATOR.join(names).encode()
        return urlsafe_b64encode(_tag(self._key, plain) + plain).rstrip(b"=").decode()


_current: ContextVar[Causal | None] = ContextVar("causal", default=None)


class Bookmarks:
    """Gives bookmarks the form in which they travel. Only text that was made with the same key is taken back.

    A bookmark that never comes true holds a thread of the database for half a minute, whatever limit the statement has
    (measured), so nobody outside may make one up.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"bookmarks", "sha256")

    @classmethod
    def of_this_process(cls) -> Self:
        """Texts are good for this process alone."""
        return cls(secrets.token_bytes(32))

    @contextmanager
    def causal(self, text: str | None = None) -> Iterator[Causal]:
        """Inside, and in every task started there, `Graph` waits for what `text` names, and remembers what is written.

        Raises ValueError for text that was not made by `Causal.text` with this key.
        """
        causal = Causal(self._key, self._names(text) if text else ())
        token = _current.set(causal)
        try:
            yield causal
        finally:
            _current.reset(token)

    def _names(self, text: str) -> list[str]:
        if len(text) > _LONGEST_TEXT:
            raise ValueError("is not a bookmark of ours")
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError) as error:
            raise ValueError("is not a bookmark of ours") from error
        tag, plain = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        # The decoder skips letters outside its alphabet, so only the one spelling that we wrote is taken.
        is_ours = hmac.compare_digest(tag, _tag(self._key, plain))
        if not is_ours or urlsafe_b64encode(sealed).rstrip(b"=") != text.encode():
            raise ValueError("is not a bookmark of ours")
        return plain.decode().split(_SEPARATOR)


def current() -> Causal | None:
    """Whose statement runs now, where somebody wants to see what they wrote."""
    return _current.get()


def _tag(key: bytes, plain: bytes) -> bytes:
    return blake2b(plain, digest_size=_TAG_BYTES, key=key).digest()
