"""The published OTLP schema: .proto texts, compiled descriptors, and the messages that decode."""
