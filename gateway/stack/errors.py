"""What can go wrong while the stack starts or runs.

StackError
├── FolderInUse      another `up` runs on this data folder
├── PortTaken        something else listens where the gateway should
├── PartFailed       a part ended or did not answer while it was starting
├── PartMissing      a program that has to be installed is not there
├── DownloadFailed   Neo4j could not be fetched, or is not what the lock says
└── SecretLost       a graph with data, but not the secret that signs its tokens
"""

from __future__ import annotations


class StackError(Exception):
    """The root of these errors. The text is one sentence for the person at the terminal."""


class FolderInUse(StackError):
    pass


class PortTaken(StackError):
    pass


class PartFailed(StackError):
    pass


class PartMissing(StackError):
    pass


class DownloadFailed(StackError):
    pass


class SecretLost(StackError):
    pass
