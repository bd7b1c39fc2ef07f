"""OTLP in: decode, redact, flatten, append, acknowledge; load into raw."""
