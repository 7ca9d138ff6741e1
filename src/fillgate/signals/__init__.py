"""Bytes -> Signal, and Signal -> Order. Pure: no I/O, no clock; times are arguments.

- `webhook`: the alert that TradingView sends, `read_alert`
- `api`: the body of an order request, `read_order`
- `received`: what both give: a `Signal` and what came beside it
- `checks`: is it fresh, is its source sure enough
- `planning`: the `Order` that a signal asks for, `plan_order`
- `credentials`: `cut_credentials` from bytes before they are stored
- `refusals`: the one error of this package, with its codes

Beneath them:

- `json_text`: strict JSON
- `bodies`: the fields of both bodies, as types
- `fields`: from JSON to such a type, with errors that name the field
- `values`: one reader for each kind of value
- `unknown_fields`: what a field that nobody knows was probably meant to be
- `consistency`: do the fields of one signal fit together
"""
