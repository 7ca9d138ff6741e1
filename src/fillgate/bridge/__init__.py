"""The bridge: one account of any plugin behind the protocol of a CCXT service.

It runs in a process of its own, in an environment of its own if need be: what the account's library
pins touches nothing else. Accounts of `type = "ccxt-http"` are at its other end.

- `host`: builds it from its configuration, runs it, stops it
- `configuration`: its settings, from a file or the environment
- `account`: the one account: opened, kept open, asked for its health
- `application`: the paths
- `doors`: who may ask: signatures, times, no request twice
- `places`: which exchange a request is meant for
- `orders`: from a body to an `Order`
- `submissions`: what is sent to the venue, each once, and how it ended
- `endings`: from what the plugin answers to what is told
- `questions`: lookups, open orders, fills and the like
- `reports`: the stream
- `telling`: what may be told
- `refusals`: what is wrong with a request, by code

Invariants:

1. It never repeats a request. One that comes twice is answered with what became of the first.
2. Who hangs up cancels nothing.
3. It writes nothing down: what it does not know any more it asks the venue, or says so.
4. Nothing that tells of the account or acts on it is answered unsigned, and nothing twice.
"""
