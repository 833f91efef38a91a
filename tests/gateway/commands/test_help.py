from __future__ import annotations

import subprocess
import sys
from time import perf_counter

import pytest
from click.testing import CliRunner

from gateway.cli import customer_graph, main
from gateway.stack.errors import PortTaken

_COMMANDS = tuple("up demo import export mailbox key webhook-secret bounce doctor schema migrate serve worker".split())
# Each of these takes long to import, and `--help` has use for none of them.
_HEAVY = ("strawberry", "graphql", "neo4j", "redis", "dramatiq", "starlette", "uvicorn", "asyncio", "rich", "jgo")


def test_help_lists_every_command_with_its_summary() -> None:
    answer = CliRunner().invoke(customer_graph, ["--help"])

    listed = [line.split()[0] for line in answer.output.partition("Commands:\n")[2].splitlines() if line.strip()]
    assert tuple(listed) == _COMMANDS
    assert "Import a file of people or purchases into the graph." in answer.output


def test_help_comes_within_half_a_second() -> None:
    seconds = min(_time_of_help() for _ in range(3))

    assert seconds < 0.5


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom gateway.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    answer = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, timeout=30)

    assert set(_HEAVY) & set(answer.stderr.split()) == set()


def test_an_unknown_command_is_refused_without_a_traceback() -> None:
    answer = CliRunner().invoke(customer_graph, ["fly"])

    assert answer.exit_code == 2
    assert "No such command 'fly'" in answer.output


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PortTaken("port 8000 is taken"), "customer-graph: port 8000 is taken\n"),
        (ValueError("PORT must be\na number"), "customer-graph: PORT must be a number\n"),
        (
            KeyError("x"),
            "customer-graph: unexpected KeyError: 'x' (CUSTOMER_GRAPH_DEBUG=1 shows where)\n",
        ),
    ],
)
def test_an_error_is_one_line_on_stderr(
    error: Exception, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CUSTOMER_GRAPH_DEBUG", raising=False)

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr("gateway.cli.customer_graph", fail)

    with pytest.raises(SystemExit) as left:
        main(["up"])

    assert left.value.code == 1
    assert capsys.readouterr() == ("", line)


def _time_of_help() -> float:
    begun = perf_counter()
    subprocess.run((sys.executable, "-m", "gateway.cli", "--help"), capture_output=True, check=True, timeout=30)
    return perf_counter() - begun
