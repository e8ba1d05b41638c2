"""Reads a Git repository without trusting it: nothing of it runs, nothing is fetched, nothing is written.

    run.py       the one place that starts Git: its settings, its time-out, its one way to fail
    objects.py   files as commits have them: listings of trees, contents of objects
    commits.py   which commits there are: names, ancestry, the log
    remote.py    where it is published: the address of its remote, its main branch
    checkout.py  which files the work tree should have and why some of them are not there

Paths are relative to the folder that is asked about, with forward slashes, unless a name says otherwise.
"""
