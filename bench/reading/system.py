from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import httpx
import psutil

from bench.reading.load import Load, Target, press
from bench.reading.normal_form import normal_form
from bench.reading.operation import Operation, Parameters

_ASK_TIMEOUT_S = 120.0


class SystemName(StrEnum):
    APOLLO = "apollo"
    DATALOADERS = "dataloaders"
    PRODUCT = "product"
    DRIVER = "driver"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_slow(self) -> bool:
        """Whether it needs longer rounds to answer enough requests for a p99."""
        return self in {SystemName.APOLLO, SystemName.DATALOADERS}


_LABELS = {
    SystemName.APOLLO: "A @neo4j/graphql, tuned",
    SystemName.DATALOADERS: "B Strawberry + DataLoaders",
    SystemName.PRODUCT: "C Customer Graph",
    SystemName.DRIVER: "D its statement, raw driver",
}


class System(Protocol):
    @property
    def name(self) -> SystemName: ...

    @property
    def process(self) -> psutil.Process: ...

    def answer(self, operation: Operation, number: int) -> Any:
        """In the normal form, for that set of parameters."""

    def press(self, operation: Operation, connections: int, seconds: int) -> Load: ...


@dataclass(frozen=True, slots=True)
class GraphQLServer:
    """A system over HTTP. `variables` are those of each set of parameters."""

    name: SystemName
    process: psutil.Process
    url: str
    documents: Mapping[Operation, str]
    variables: Mapping[Operation, list[dict[str, object]]]
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, operation: Operation, number: int) -> Any:
        body = {"query": self.documents[operation], "variables": self.variables[operation][number]}
        response = httpx.post(self.url, json=body, headers=dict(self.headers), timeout=_ASK_TIMEOUT_S)
        answered = response.json()
        if "errors" in answered or not response.is_success:
            raise RuntimeError(f"{self.name} on {operation}: {response.status_code} {str(answered)[:500]}")
        return normal_form(operation, answered["data"])

    def press(self, operation: Operation, connections: int, seconds: int) -> Load:
        # One line: what is measured is not how fast somebody reads blanks.
        text = " ".join(self.documents[operation].split())
        bodies = [{"query": text, "variables": each} for each in self.variables[operation]]
        return press(Target(self.url, self.headers, bodies), connections, seconds)


def variables_of(name: SystemName, operation: Operation, parameters: Parameters) -> dict[str, object]:
    if operation is not Operation.PEOPLE:
        return {"id": parameters.id}
    over: object = {
        SystemName.APOLLO: parameters.over_micros,
        SystemName.DATALOADERS: str(parameters.over_micros),
    }.get(name, {"amount": str(parameters.over), "currency": "GBP"})
    return {"country": parameters.country, "over": over}
