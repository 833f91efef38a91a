from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    ClientError,
    ConnectionPoolError,
    ConstraintError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

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


@contextmanager
def translated() -> Iterator[None]:
    """The one place where the driver's errors become the graph's own; none passes it.

    The server's message and the chain to it are cut: they quote parameters, which are personal data, and a logged
    traceback would carry them along. The code of the error stays.
    """
    try:
        yield
    except IncompleteCommit:
        raise UnknownCommit("the answer to a commit was lost") from None
    except (TimeoutError, ServiceUnavailable, SessionExpired, ConnectionPoolError, OSError):
        raise GraphUnavailable("the graph cannot be reached") from None
    except Neo4jError as error:
        raise _from_server(error) from None
    except DriverError as error:
        raise GraphError(f"the driver refused: {type(error).__name__}") from None


def _from_server(error: Neo4jError) -> GraphError:
    code = error.code or "unknown"
    if code in _TIMEOUT_CODES:
        return GraphTimeout("a statement ran past its time limit")
    if code in _EXISTS_CODES:
        return SchemaExists("an index or constraint of this name is being made")
    if isinstance(error, ConstraintError):
        return ConstraintViolated("a value that must be unique is taken")
    if not isinstance(error, ClientError) and error.is_retryable():
        return GraphUnavailable(f"the graph is busy or not ready ({code})")
    return GraphError(f"the graph refused a statement ({code})")
