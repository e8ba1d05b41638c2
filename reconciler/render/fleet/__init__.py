"""Many targets on one page: what is the same is shown once, and what is special in full."""
