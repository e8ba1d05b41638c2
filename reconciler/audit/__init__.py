"""Audits: versions and their history, who uses which version, drift from Git, rules. Values in, values out."""
