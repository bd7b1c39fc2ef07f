"""Organisations, people, roles and keys."""
