"""From two sides to a Plan: what is ours, what differs, in which order, within which limits. It makes no calls."""
