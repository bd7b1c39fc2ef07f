"""The built page, mounted by the API."""
