"""The service: HTTP in front of the engine.

- `host`: builds the service from its configuration, runs it, stops it (`server`, `secret_file`,
  `plugin_types`, `logs`)
- `app`: the ASGI application
- `taking`: signals in: webhooks and order requests (`http`, `bodies`, `auth`, `keys`,
  `credentials`, `preferences`)
- `reading`: orders, signals, positions, quotes and accounts out (`views`, `cursors`)
- `problems`: every code of a refusal
"""
