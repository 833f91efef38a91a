"""What can go wrong before the first row of a file.

ImportRefused             nothing was written
├── FileUnreadable        it is missing, damaged or cannot be opened
└── NotThisFormat         it is readable, and something else than what was announced
    └── WrongMapping      what the caller says of its columns cannot be
"""

from __future__ import annotations


class ImportRefused(Exception):
    """The root of this folder's errors; its text is one line for the person who called."""


class FileUnreadable(ImportRefused):
    pass


class NotThisFormat(ImportRefused):
    pass


class WrongMapping(NotThisFormat):
    pass
