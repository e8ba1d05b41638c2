"""Hostile input: what nobody would write by hand, from files and from the service. Bounded time, one clear error."""
