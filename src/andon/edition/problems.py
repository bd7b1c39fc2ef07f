"""
What can be wrong with an edition.

::

    EditionProblem
    ├── NoSuchEdition     the number was never published, or is no longer kept
    ├── EditionDamaged    a file is missing or not the one that was published
    └── NotPublishable    the marts would break the contract; nothing was published
"""

from __future__ import annotations


class EditionProblem(Exception):
    """Something about an edition that an operator is told; the text says what to do next."""


class NoSuchEdition(EditionProblem):
    """The number was never published, or is no longer kept."""


class EditionDamaged(EditionProblem):
    """A file is missing, or is not the one that was published."""


class NotPublishable(EditionProblem):
    """The marts hold something that the contract does not allow; the current edition stays."""
