"""The settings by which each agent sends its telemetry here: naming, writing and taking them back."""
