"""What the schema has and the compiler has not yet. Empty when all of it is there.

Written as `Type.field`, `Type.field(argument)` or, of an input object, `Input.member`; `@scope` is all rights.
"""

from __future__ import annotations

NOT_YET: frozenset[str] = frozenset()
