"""`python -m lutetia.cli` is the command line."""

from lutetia.cli import main

main()
