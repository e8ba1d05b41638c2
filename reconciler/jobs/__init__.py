"""Jobs at work: launching, listing, watching, changing, diagnosing, sharing; and TensorBoards by hand.

Imperative, each call by itself: nothing here knows manifests or plans. Everything goes through `live.port.Service`.
"""
