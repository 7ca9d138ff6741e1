"""The engine: the way of a signal from its reading to its recorded outcome.

- `engine`: `Engine`, which begins and ends; `rooms`: all rooms put together
- `intake`: a reading becomes a durable signal, once per key (`claims`, `tickets`)
- `dispatcher`: lanes, planning, sending (`lanes`, `planner`, `submission`, `verdict`)
- `recorder`: the one way in which something happens: written down first, then applied
- `blotter`: the live view
- `accounts`: which accounts can be used now
- `reports`: the one entry for what venues tell of orders (`order_finder`, `identity`, `foreign`)
- `questions`, `lookups`, `polling`, `streams`: asking venues and listening to them
- `reconciliation`: accounts against their venues, a room of its own
- `requests`: cancelling and replacing orders, a room of its own
- `recovery`, `story`: taking up what an earlier process left
- `resolution`: a person settles what the venue cannot be asked
- `verification`: whether a journal holds together, a room of its own
- `settings`, `clock`, `tasks`: limits, the machine's clock, background work
"""
