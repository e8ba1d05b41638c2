"""Turns values into texts. Nothing here reads, writes or decides."""
