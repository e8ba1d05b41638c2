"""`python -m reconciler` is the command `dlc-reconciler`."""

from reconciler.cli import main

main()
