from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.reading.documents import product
from bench.reading.load import Load
from bench.reading.normal_form import normal_form
from bench.reading.operation import Operation
from bench.reading.product_statement import product_answer, product_statement
from bench.reading.system import SystemName

_STOP_TIMEOUT_S = 10.0

Variables = Mapping[Operation, Sequence[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class RawDriver:
    """A process that runs the product's statements by the driver alone."""

    name: SystemName
    process: psutil.Process
    running: subprocess.Popen[str]
    variables: Variables

    def answer(self, operation: Operation, number: int) -> Any:
        """The product says what the record means."""
        record = self._told({"operation": operation, "number": number})
        data = product_answer(product.DOCUMENTS[operation], self.variables[operation][number], record)
        return normal_form(operation, data)

    def press(self, operation: Operation, connections: int, seconds: int) -> Load:
        return Load(**self._told({"operation": operation, "connections": connections, "seconds": seconds}))

    def _told(self, command: Mapping[str, object]) -> Any:
        if self.running.stdin is None or self.running.stdout is None:
            raise RuntimeError("the raw driver was started without pipes")
        self.running.stdin.write(f"{json.dumps(command)}\n")
        self.running.stdin.flush()
        answer = self.running.stdout.readline()
        if not answer:
            raise RuntimeError("the raw driver ended; what it said stands above")
        return json.loads(answer)


@contextmanager
def raw_driver(variables: Variables, environment: Mapping[str, str], folder: Path) -> Iterator[RawDriver]:
    file = folder / "statements.json"
    file.write_text(json.dumps({operation: _asked(operation, sets) for operation, sets in variables.items()}))
    running = subprocess.Popen(  # noqa: S603  # The arguments are made here: nothing in them comes from outside.
        (sys.executable, "-m", "bench.reading.raw_driver", str(file)),
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield RawDriver(SystemName.DRIVER, psutil.Process(running.pid), running, variables)
    finally:
        running.terminate()
        running.wait(_STOP_TIMEOUT_S)


def _asked(operation: Operation, sets: Sequence[Mapping[str, object]]) -> list[tuple[str, Mapping[str, object]]]:
    asked = [product_statement(product.DOCUMENTS[operation], variables) for variables in sets]
    return [(each.text, each.parameters) for each in asked]
