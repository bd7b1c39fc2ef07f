"""The words every room shares: pure data that imports nothing of ours."""
