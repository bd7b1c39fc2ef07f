"""The directory's schema, step by step; Alembic reads this folder."""
