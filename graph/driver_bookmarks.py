"""The driver asks these where a transaction has to start from, and tells them where it ended.

Sessions that are kept would otherwise wait for what another caller read before, on a cluster that is behind.
"""

from __future__ import annotations

from collections.abc import Collection

from neo4j.api import AsyncBookmarkManager

from graph import bookmarks


class ReaderBookmarks(AsyncBookmarkManager):
    async def get_bookmarks(self) -> Collection[str]:
        causal = bookmarks.current()
        return causal.names() if causal else ()

    async def update_bookmarks(self, previous_bookmarks: Collection[str], new_bookmarks: Collection[str]) -> None:
        """What was only read is nobody's own write."""


class WriterBookmarks(ReaderBookmarks):
    async def update_bookmarks(self, previous_bookmarks: Collection[str], new_bookmarks: Collection[str]) -> None:
        causal = bookmarks.current()
        if causal:
            causal.replace(previous_bookmarks, new_bookmarks)
