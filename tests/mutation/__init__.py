"""Do the tests notice? Small changes of the code are made one at a time, and the tests that reach them are run.

`python -m tests.mutation [MODULE...]` works on copies in a temporary folder, never on the checkout. It is a small tool
of our own: of the kept ones, some rewrite the package in place, some need a package and its tests side by side, and
none picks the tests of one line from a suite that runs a server.
"""
