from __future__ import annotations

import strawberry

_HEAD = """\
# Printed from the code by `customer-graph schema`; a test fails where the two differ.

"""


def printed(schema: strawberry.Schema) -> str:
    """The schema in its definition language, types in the order of their names."""
    return f"{_HEAD}{schema.as_str().strip()}\n"
