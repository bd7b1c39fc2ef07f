"""What the directory refuses, in words."""

from __future__ import annotations


class DirectoryError(Exception):
    """Something asked of the directory cannot be done; the text is a sentence for the person who asked."""


class NoSuch(DirectoryError):
    """The organisation, person or key that was named does not exist."""


class Taken(DirectoryError):
    """The name or address exists already."""


class Unusable(DirectoryError):
    """The database or its folder cannot be used as it is; asking differently does not help."""
