"""Secrets planted wherever one can stand, and a search of every byte that the program writes."""
