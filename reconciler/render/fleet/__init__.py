"""Many targets on one page: what is alike is shown once, what is special in full."""
