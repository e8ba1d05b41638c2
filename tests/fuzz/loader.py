"""`python -m tests.fuzz.loader -runs=100000`: atheris on the target `loader`, from the seed corpus; see `targets`."""

from __future__ import annotations

from .run import main

if __name__ == "__main__":
    main("loader")
