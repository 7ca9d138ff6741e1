"""Orders through an external CCXT service over signed HTTP (`type = "ccxt-http"`).

- `plugin`: `CcxtHttpPlugin`, the plugin
- `options`: its settings, and what is wrong with them
- `signing`: the secret, which never leaves there
- `wire`: one request, one answer, and what it means when there is none
- `orders`: an order as the bytes that the service reads
- `answers`: the service's JSON, strictly read
- `verdict`: from an answer to the ending of a submission
- `reasons`: the table of definite reasons, and of the words that leave an order undecided
- `quotes`: from a ticker's answer to `MarketData`, and what `/health` says
- `protocol`: what a service says and hears that is a `fillgate bridge`
- `bridged`, `endings`: what an account can do there, and how its requests ended
"""

from fillgate.plugins.ccxt_http.options import Options
from fillgate.plugins.ccxt_http.plugin import CcxtHttpPlugin
from fillgate.plugins.ccxt_http.wire import ServiceFailure

__all__ = ["CcxtHttpPlugin", "Options", "ServiceFailure"]
