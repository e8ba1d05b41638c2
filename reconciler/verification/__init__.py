"""Versions prove themselves before they become the default: the jobs that prove them are watched to their verdict.

verdict   what a job says, as the service shows it: passed, failed, not proven, under way
cause     why a job did not pass, for people
jobs      the jobs of attempts: finding, stopping and deleting them
prover    launching and watching the jobs of one attempt, so that one is left
memory    what one run knows of the attempts it worked on
planned   the verify actions that a plan needs
sweep     removing jobs that no run continues with

What an attempt is, is in `kinds.attempt`, and how a template remembers proofs, in `kinds.proof`.
"""
