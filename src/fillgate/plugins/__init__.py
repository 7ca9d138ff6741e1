"""Plugins: the code that talks to venues, and the registry that routes to it.

- `base`: `ExecutionPlugin`, the interface, with `Capabilities` and `PluginContext`
- `registry`: `PluginRegistry`, which account is which plugin
- `mock`: a simulated venue, no network (`type = "mock"`)
- `ccxt`: the exchanges that ccxt knows, in this process (`type = "ccxt"`)
- `ccxt_http`: a CCXT service over signed HTTP (`type = "ccxt-http"`)
"""
