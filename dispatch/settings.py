from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from graph.vocabulary import Channel

# It stands in a header of every letter, between angle brackets.
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
# Where the accounts at providers are named, each variable for one channel; URLs have spaces between.
PROVIDER_VARIABLES = tuple("SMTP_URL" if channel is Channel.EMAIL else f"{channel}_URL" for channel in Channel)
IDS_PER_JOB = 100
LEASE_MS = 30_000
_MOST_IDS_PER_JOB = 1_000
_PORT = re.compile(r"[0-9]{1,5}")
_LARGEST_PORT = 65_535
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """Where Redis and the providers are, and how long things may take. URLs may hold passwords: never print them."""

    redis_url: str = field(repr=False)
    # The accounts at providers by the variable that names them, in the order in which they are to be used.
    urls: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    # How the world reaches the gateway, without a last slash; empty where nobody says.
    public_url: str = ""
    lease_ms: int = LEASE_MS
    sweep_ms: int = 1_000
    renudge_ms: int = 5_000
    threads_per_channel: int = 4
    # How many messages are claimed together.
    ids_per_job: int = IDS_PER_JOB
    # Where a worker shows its numbers to this machine; None is nowhere.
    worker_metrics_port: int | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> DispatchSettings:
        """Raises ValueError that names the variable which is missing or wrong."""
        redis_url = environment.get("REDIS_URL", "")
        if not redis_url:
            raise ValueError("REDIS_URL is not set and no stack is running on this data folder")
        if urlsplit(redis_url).scheme not in _REDIS_SCHEMES:
            raise ValueError("REDIS_URL must begin with redis://, rediss:// or unix://")
        return cls(
            redis_url=redis_url,
            urls={name: tuple(environment[name].split()) for name in PROVIDER_VARIABLES if environment.get(name)},
            public_url=public_url(environment),
            lease_ms=_milliseconds(environment, "CUSTOMER_GRAPH_LEASE_MS", LEASE_MS),
            sweep_ms=_milliseconds(environment, "CUSTOMER_GRAPH_SWEEP_MS", 1_000),
            renudge_ms=_milliseconds(environment, "CUSTOMER_GRAPH_RENUDGE_MS", 5_000),
            ids_per_job=_ids_per_job(environment),
            worker_metrics_port=_port(environment, "CUSTOMER_GRAPH_WORKER_METRICS_PORT"),
        )


def public_url(environment: Mapping[str, str]) -> str:
    """How the world reaches the gateway; empty where nobody says. Raises ValueError that names the variable."""
    text = environment.get("CUSTOMER_GRAPH_PUBLIC_URL", "").rstrip("/")
    if text and not _PUBLIC_URL.fullmatch(text):
        raise ValueError("CUSTOMER_GRAPH_PUBLIC_URL must be like https://customers.example.com, without a query")
    return text


def _milliseconds(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not int(text):
        raise ValueError(f"{name} must be a whole number of milliseconds greater than 0")
    return int(text)


def _ids_per_job(environment: Mapping[str, str]) -> int:
    text = environment.get("CUSTOMER_GRAPH_IDS_PER_JOB", "")
    if not text:
        return IDS_PER_JOB
    if not text.isdecimal() or not 0 < int(text) <= _MOST_IDS_PER_JOB:
        raise ValueError(f"CUSTOMER_GRAPH_IDS_PER_JOB must be a whole number from 1 to {_MOST_IDS_PER_JOB}")
    return int(text)


def _port(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name, "")
    if not text:
        return None
    if not _PORT.fullmatch(text) or not 0 < int(text) <= _LARGEST_PORT:
        raise ValueError(f"{name} must be a port from 1 to {_LARGEST_PORT}")
    return int(text)
