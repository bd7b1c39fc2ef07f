"""
The identities that telemetry knows people by.

An identity is a string: ``email:dev@example.com`` (trimmed, lower case), ``account:…``, ``user:…`` or
``install:…``. A person of the directory is ``email:<address>``.
"""

from __future__ import annotations

import re

from andon.directory.problems import DirectoryError

_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,250}")
_IDENTITY = re.compile(r"(email|account|user|install):\S.*")
_MAX_IDENTITY = 400


def email_identity(email: str) -> str:
    """Give the identity of an address: ``email:`` and the address, trimmed and in lower case."""
    return f"email:{email.strip().lower()}"


def read_email(text: str) -> str:
    """
    Read an e-mail address, into lower case.

    Raises:
        DirectoryError: That is none.

    >>> read_email(" Dev@Example.com ")
    'dev@example.com'
    """
    email = text.strip().lower()
    if _EMAIL.fullmatch(email) is None or not email.isprintable():
        raise DirectoryError(f"{text[:80]!r} is no e-mail address")
    return email


def read_identity(text: str) -> str:
    """
    Read an identity; a bare address means ``email:…``.

    Raises:
        DirectoryError: It is neither an address nor ``email:``, ``account:``, ``user:`` or ``install:``
            with something behind it.

    >>> read_identity("Dev@Example.com")
    'email:dev@example.com'
    """
    identity = text.strip()
    if identity.startswith("email:") or _EMAIL.fullmatch(identity):
        return email_identity(read_email(identity.removeprefix("email:")))
    if _IDENTITY.fullmatch(identity) is None or len(identity) > _MAX_IDENTITY or not identity.isprintable():
        raise DirectoryError(
            f"{text[:80]!r} is no identity; write an e-mail address, account:…, user:… or install:…"
        )
    return identity
