"""An invented organisation and the telemetry it would have sent."""
