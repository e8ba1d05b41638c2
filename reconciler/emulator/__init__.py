"""PAI-DLC on loopback: the service's behaviour over real HTTP, with its state in a SQLite file.

Written from the published contract and sharing no code with the rest of the project, so that a wrong path or a
wrong field cannot pass because both sides copied it. Importing it loads no server.
"""

from .application import Request
from .clock import Clock, FastClock, ManualClock, SystemClock
from .emulator import Emulator, reset, seed, serve
from .errors import ServiceError, StateFileError
from .faults import Fault, FaultScript
from .profile import Profile
from .sample_fleet import Fleet, seed_fleet
from .state import State

__all__ = [
    "Clock",
    "Emulator",
    "FastClock",
    "Fault",
    "FaultScript",
    "Fleet",
    "ManualClock",
    "Profile",
    "Request",
    "ServiceError",
    "State",
    "StateFileError",
    "SystemClock",
    "reset",
    "seed",
    "seed_fleet",
    "serve",
]
