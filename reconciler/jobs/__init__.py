"""Jobs at work: launching, listing, watching, changing, diagnosing, sharing them; and TensorBoards by hand.

Each call stands by itself: nothing here knows manifests or plans. Everything goes through `live.port.Service`.
"""
