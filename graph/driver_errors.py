from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    ConnectionPoolError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graph.bolt.errors import BoltBroken, BoltFailure, BoltLost
from graph.errors import ConstraintViolated, GraphError, GraphTimeout, GraphUnavailable, SchemaExists, UnknownCommit

# A database timeout has these codes, and to the driver none of them is retryable (measured on 2026.08).
_TIMEOUT_CODES = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
        "Neo.ClientError.Transaction.LockClientStopped",
        "Neo.TransientError.Transaction.LockClientStopped",
    }
)
# `IF NOT EXISTS` looks before it locks, so two who start together can still meet one of these.
_EXISTS_CODES = frozenset(
    {
        "Neo.ClientError.Schema.IndexWithNameAlreadyExists",
        "Neo.ClientError.Schema.IndexAlreadyExists",
        "Neo.ClientError.Schema.ConstraintWithNameAlreadyExists",
        "Neo.ClientError.Schema.ConstraintAlreadyExists",
        "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
    }
)
_CONSTRAINT_CODE = "Neo.ClientError.Schema.ConstraintValidationFailed"
# A server that is a follower now, or wants to be signed in to again: the driver and a cluster mend it by themselves.
_NOT_READY_CODES = frozenset(
    {
        "Neo.ClientError.Cluster.NotALeader",
        "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
        "Neo.ClientError.Security.AuthorizationExpired",
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """The one place where errors of the driver and of `graph.bolt` become the graph's own; none passes it.

    The server's message and the chain to it are cut: they quote parameters, which are personal data, and a logged
    traceback would carry them along. The code of the error stays.
    """
    try:
        yield
    except IncompleteCommit:
        raise UnknownCommit("the answer to a commit was lost") from None
    except (TimeoutError, ServiceUnavailable, SessionExpired, ConnectionPoolError, OSError, BoltLost):
        raise GraphUnavailable("the graph cannot be reached") from None
    except Neo4jError as error:
        raise of_code(error.code or "unknown") from None
    except BoltFailure as failure:
        raise of_code(failure.code) from None
    except BoltBroken as broken:
        raise GraphError(f"the graph was not understood: {broken}") from None
    except DriverError as error:
        raise GraphError(f"the driver refused: {type(error).__name__}") from None


def of_code(code: str) -> GraphError:
    """What a code of the server means here."""
    if code in _TIMEOUT_CODES:
        return GraphTimeout("a statement ran past its time limit")
    if code in _EXISTS_CODES:
        return SchemaExists("an index or constraint of this name is being made")
    if code == _CONSTRAINT_CODE:
        return ConstraintViolated("a value that must be unique is taken")
    if code.startswith("Neo.TransientError.") or code in _NOT_READY_CODES:
        return GraphUnavailable(f"the graph is busy or not ready ({code})")
    return GraphError(f"the graph refused a statement ({code})")
