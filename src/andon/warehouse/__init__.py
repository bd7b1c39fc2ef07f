"""Where telemetry rests: a door in for raw rows, a door out for marts."""
