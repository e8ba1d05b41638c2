"""Jobs, TensorBoards and instance types for people: tables, details, diagnoses, lines and plots of metrics."""
