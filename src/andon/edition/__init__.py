"""Immutable, published answers: publish, open, roll back."""
