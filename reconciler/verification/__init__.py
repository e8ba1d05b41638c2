"""Versions prove themselves before they become the default: the jobs that prove them, watched to their verdict.

verdict   what a job says, as the service shows it: passed, failed, not proven, under way
jobs      the jobs of attempts, found, stopped and deleted
prover    launching and watching the jobs of one attempt, so that one is left
memory    what one run knows of the attempts it worked on
planned   the verify actions that a plan needs
sweep     taking away what no run goes on with

What an attempt is, and how a template remembers what was proved, is `kinds.proof`.
"""
