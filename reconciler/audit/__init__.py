"""Audits: versions and their history, who uses which version, drift from Git, rules. It works on values and makes no
calls itself."""
