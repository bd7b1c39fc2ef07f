"""The reports over HTTP."""
