"""`customer-graph up`, with small programs in the place of gateway and worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gateway.stack.errors import StackError
from gateway.stack.stack import OwnPrograms
from gateway.stack.until_stopped import run_until_stopped
from gateway.stack.up_settings import UpSettings

_GATEWAY = str(Path(__file__).with_name("stand_in_gateway.py"))
_WORKER = "import time; time.sleep(3600)"

try:
    run_until_stopped(
        UpSettings.from_environment(os.environ),
        OwnPrograms(gateway=(sys.executable, _GATEWAY), worker=(sys.executable, "-c", _WORKER)),
    )
except StackError as error:
    click.echo(str(error), err=True)
    sys.exit(1)
