"""Versions prove themselves before they become the default: the jobs that prove them, watched to their verdict.

verdict   what a job says, as the service shows it: passed, failed, not proven, under way
prover    finding, launching, watching and taking away the jobs of one attempt
planned   the verify actions that a plan needs

What an attempt is, and how a template remembers what was proved, is `kinds.proof`.
"""
