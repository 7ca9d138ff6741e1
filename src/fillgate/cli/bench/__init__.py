"""`fillgate bench`: what an order costs on this machine, beside a bare echo.

- `command`: the command; `report` prints what it found
- `rounds`: the runs, in turn; `probes` reads meanwhile what they cost
- `figures`: what is computed from a run; `findings`: all of them; `verdicts`: what they say
- `service`: the servers that are measured; `echo` is the bare one
- `senders`: the processes that send; `sender` is one of them, `load` what it does, `alerts` what it
  sends
- `machine`: what the figures hang on
"""

from fillgate.cli.bench.command import bench

__all__ = ["bench"]
