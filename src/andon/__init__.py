"""Andon: open, self-hosted analytics for AI coding agents."""

__version__ = "0.1.0"
