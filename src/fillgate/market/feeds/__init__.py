"""Feeds: where the prices of the simulated market come from, and what others do there.

- `base`: `Feed`, the interface, and its words: `Quote`, `Level`, `Flow`, `Watch`, `NoPrices`
- `path`: a price as a random walk that is a function of time
- `jumps`: jumps of a price, as a function of time
- `walk`: the sum of both
- `depth`: how much is offered at which distance from the best price
- `quoting`: how a made market quotes around a price
- `activity`: what others take there
- `synthetic`: a market that is made altogether
- `recordings`: tables of recorded quotes, trades or bars, as ticks and lots
- `timeline`: when a recording is played
- `recorded`: a market that plays a recording
- `borrowed`: a market whose quotes come from elsewhere as they happen
"""
