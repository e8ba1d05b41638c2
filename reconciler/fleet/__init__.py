"""Many targets in one run: which they are, in which order, their one document, and its result.

selection   which targets a command means      failures   an error as a line of the document
waves       which of them go first             ending     one exit code for all
limits      what all plans together may do     codec      Fleet <-> its JSON document
joining     plans of parts and targets -> one  worklist   the parts that several jobs plan
"""
