"""Executes a Plan, exactly that plan: fresh look, write, report."""
