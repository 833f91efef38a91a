"""What can go wrong in the gateway.

GatewayError
├── RequestRefused      the request itself is wrong; carries the HTTP status to answer
└── DocumentRefused     the GraphQL document does not parse, is too large or does not fit the schema
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from graphql import GraphQLError


class ErrorCode(StrEnum):
    """The values of `extensions.code` that the gateway itself gives; the graph has more for bad arguments."""

    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    SYNTAX_ERROR = "SYNTAX_ERROR"
    TOO_LARGE = "TOO_LARGE"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    NOT_FOUND = "NOT_FOUND"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    PARTLY_WRITTEN = "PARTLY_WRITTEN"
    INTERNAL = "INTERNAL"


class GatewayError(Exception):
    """The root of this room's errors."""


@dataclass(frozen=True)
class RequestRefused(GatewayError):
    status: int
    message: str
    code: ErrorCode = ErrorCode.BAD_REQUEST
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DocumentRefused(GatewayError):
    code: ErrorCode
    errors: Sequence[GraphQLError]

    def coded(self) -> list[GraphQLError]:
        return [
            GraphQLError(each.message, each.nodes, each.source, each.positions, extensions={"code": self.code})
            for each in self.errors
        ]
