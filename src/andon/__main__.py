"""Lets ``python -m andon`` do what ``andon`` does."""

from andon.cli import main

main()
