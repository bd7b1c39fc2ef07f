"""The Python client: five methods, paging done for the caller."""
