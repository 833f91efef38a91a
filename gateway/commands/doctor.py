from __future__ import annotations

import asyncio
import os
import sys

import click

from gateway.stack import checks_installed, checks_running
from gateway.stack.finding import Finding, Verdict
from gateway.stack.running import environment, is_running
from gateway.stack.up_settings import UpSettings

_COLOURS = {Verdict.OK: "green", Verdict.IDLE: "yellow", Verdict.WRONG: "red"}


@click.command(short_help="Check each part and say what is wrong and what to do.")
def doctor() -> None:
    """Check each part, one line each, and say what to do where it is wrong.

    Ends with 1 where something is wrong. A part that merely does not run now is `idle`.
    """
    findings = [*_installed(), *asyncio.run(_answering())]
    for finding in findings:
        _print(finding)
    if any(finding.verdict is Verdict.WRONG for finding in findings):
        sys.exit(1)


def _installed() -> list[Finding]:
    given = os.environ
    return [
        checks_installed.python(),
        checks_installed.java(given),
        checks_installed.jars(given),
        checks_installed.redis(given),
        checks_installed.data_folder(UpSettings.from_environment(given).data),
        checks_installed.console(),
    ]


async def _answering() -> list[Finding]:
    found = environment()
    settings = UpSettings.from_environment(found)
    return [
        await checks_running.graph(found),
        await checks_running.redis(found),
        await checks_running.smtp(found),
        await checks_running.gateway(settings, running=is_running(settings.data)),
    ]


def _print(finding: Finding) -> None:
    word = click.style(f"{finding.verdict:<6}", fg=_COLOURS[finding.verdict])
    click.echo(f"{word} {finding.part:<13} {finding.seen}")
    if finding.advice:
        click.echo(f"{'':<20} → {finding.advice}")
