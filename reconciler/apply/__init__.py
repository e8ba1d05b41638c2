"""Executes a Plan, exactly that plan: a fresh look, the write, the report."""
