"""The property `domain` of an e-mail identifier, by which whole domains are suppressed."""

from __future__ import annotations

from typing import Final

from graph.statement import Statement

_PAGE_TIMEOUT_MS: Final = 120_000

# Addresses that were made before there was the property, looked for among 5,000 identifiers at a time in the order of
# their ids. Answers with the last id of a page that was full. An address that is quoted may hold an @ of its own.
NAME_PAGE_OF_DOMAINS: Final = Statement(
    "name_page_of_domains",
    """
    MATCH (i:Identifier)
    USING INDEX i:Identifier(id)
    WHERE i.id > $after
    WITH i ORDER BY i.id LIMIT 5000
    CALL (i) {
        WITH i WHERE i.type = 'EMAIL' AND i.domain IS NULL
        SET i.domain = toLower(split(i.value, '@')[-1])
    }
    RETURN CASE count(i) WHEN 5000 THEN max(i.id) END
    """,
    _PAGE_TIMEOUT_MS,
)
