from __future__ import annotations

from graph.reading.cursor import Cursors

# The key of every reader in these tests, so that a test can write a cursor before there is a graph.
CURSOR_KEY = b"the key of the tests' own cursors"
CURSORS = Cursors(CURSOR_KEY)
# When these tests ask, in epoch ms: before anything of the family in conftest.py runs out.
ASKED_AT = 4_500
