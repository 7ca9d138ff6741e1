"""Whether a journal holds together: chains, replay, index, bodies, heads.

- `check`: `verify`, the whole check
- `findings`: what was found and counted
- `names`: keys and venues' ids against the events
- `replay`: the events once more, order by order
- `spares`: rows of the index that no event tells of
- `sightings`: what was noticed at venues against the events
- `source`: what a check asks of a journal
"""

from fillgate.engine.verification.check import verify
from fillgate.engine.verification.findings import Finding, Verification

__all__ = ["Finding", "Verification", "verify"]
