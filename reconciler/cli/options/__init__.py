"""Options of commands: one module for each group, each a frozen dataclass made in one place, with each default written
once.

declared   how a command names its options by types     settings   what they mean for the pipeline
"""
