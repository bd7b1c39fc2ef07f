"""The segment log: what was acknowledged is in here until it is durable in raw."""
