from __future__ import annotations

import os

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


def plain_environment() -> dict[str, str]:
    """For programs that are not ours: no secret of the caller, and no variable that would change how they run."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
