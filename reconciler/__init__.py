"""dlc-reconciler: PAI-DLC JobTemplates, their default versions and TensorBoards, kept in Git."""

__version__ = "0.1.0"
