"""What `fillgate bridge` and accounts of `type = "ccxt-http"` say to each other, for both ends.

- `messages`: every body, as a structure, and the tables of paths
- `reading`: from bytes to such a structure, strictly
- `signing`: what is signed of a request, and the headers that carry it

It adds to the three paths that any CCXT service has. A service tells in `/health` that it speaks
it.
"""

from fillgate.plugins.ccxt_http.protocol.messages import (
    ACTS,
    HEALTH,
    QUESTIONS,
    REPORTS,
    TICKER,
    VERSION,
    WEBHOOK,
    Act,
    ActEnding,
    Answer,
    CancelAsked,
    Ending,
    FillsAsked,
    Health,
    NothingAsked,
    OrderAsked,
    OrderEnding,
    Question,
    Refused,
    ReplaceAsked,
    ReportLine,
    Submitted,
    SymbolAsked,
)
from fillgate.plugins.ccxt_http.protocol.reading import decode, decode_query
from fillgate.plugins.ccxt_http.protocol.signing import (
    PLACE,
    SIGNATURE,
    SIGNED_AT,
    encode_query,
    place_text,
    signed_bytes,
)

__all__ = [
    "ACTS",
    "HEALTH",
    "PLACE",
    "QUESTIONS",
    "REPORTS",
    "SIGNATURE",
    "SIGNED_AT",
    "TICKER",
    "VERSION",
    "WEBHOOK",
    "Act",
    "ActEnding",
    "Answer",
    "CancelAsked",
    "Ending",
    "FillsAsked",
    "Health",
    "NothingAsked",
    "OrderAsked",
    "OrderEnding",
    "Question",
    "Refused",
    "ReplaceAsked",
    "ReportLine",
    "Submitted",
    "SymbolAsked",
    "decode",
    "decode_query",
    "encode_query",
    "place_text",
    "signed_bytes",
]
