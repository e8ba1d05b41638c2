"""Where the stages meet for looking: history, comparison, export, drift. What `pipeline` is for plan and apply.

Nothing here writes. One module per way of looking; `workspace` opens what all of them look at.
"""
