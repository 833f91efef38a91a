from __future__ import annotations

import stat
from pathlib import Path

from gateway.stack.data_folder import DataFolder


def test_the_variable_names_it() -> None:
    assert DataFolder.from_environment({"CUSTOMER_GRAPH_DATA": "/srv/cg"}).path == Path("/srv/cg")


def test_an_empty_variable_counts_as_none() -> None:
    assert DataFolder.from_environment({"CUSTOMER_GRAPH_DATA": ""}).path.name == "customer-graph"


def test_it_is_made_for_its_owner_only_and_an_open_one_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folder = DataFolder(tmp_path)
    assert folder.open_to_others()

    folder.create()
    folder.create()

    assert not folder.open_to_others()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("neo4j", "redis", "mailbox", "logs", "run", "secrets"), 0o700)
