"""`fillgate doctor`: is this machine fit to run the service, and what to do where it is not.

- `diagnosis`: what a check says
- `patient`: what the checks look at
- `checks`: the table of checks, and `examine`
- `clock`, `files`, `disk`, `journal`, `address`, `accounts`, `system`: the checks
- `running`: a service that runs already; `locks`: who holds a file

Invariants:

1. A check changes nothing: no order, no lock, no file that stays.
2. A running service is not disturbed: its accounts are told by itself, not opened a second time.
3. Each warning and each problem says what to do. No secret is in any of them.
"""

from fillgate.service.doctor.checks import examine
from fillgate.service.doctor.diagnosis import Diagnosis, Level

__all__ = ["Diagnosis", "Level", "examine"]
