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

from graph.errors import ConstraintViolated, GraphError, GraphTimeout, GraphUnavailable, UnknownCommit

# A database timeout has these codes, and to the driver none of them is retryable (measured on 2026.08).
_TIMEOUT_CODES = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
        "Neo.ClientError.Transaction.LockClientStopped",
        "Neo.TransientError.Transaction.LockClientStopped",
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """The one place where the driver's errors become the graph's own; none passes it.

    Messages of the server are not carried over: they may quote parameters, which are personal data.
    """
    try:
        yield
    except IncompleteCommit as error:
        raise UnknownCommit("the answer to a commit was lost") from error
    except (TimeoutError, ServiceUnavailable, SessionExpired, ConnectionPoolError, OSError) as error:
        raise GraphUnavailable("the graph cannot be reached") from error
    except Neo4jError as error:
        raise _from_server(error) from error
    except DriverError as error:
        raise GraphError(f"the driver refused: {type(error).__name__}") from error


def _from_server(error: Neo4jError) -> GraphError:
    code = error.code or "unknown"
    if code in _TIMEOUT_CODES:
        return GraphTimeout("a statement ran past its time limit")
    if isinstance(error, ConstraintError):
        return ConstraintViolated("a value that must be unique is taken")
    if not isinstance(error, ClientError) and error.is_retryable():
        return GraphUnavailable(f"the graph is busy or not ready ({code})")
    return GraphError(f"the graph refused a statement ({code})")
