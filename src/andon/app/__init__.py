"""The composition root: the only place where the rooms meet. What is asked for and shown is in ``cli``."""
