"""Audits as text, JSON, CSV, Markdown and one HTML page: plain values in, pieces of text out."""
