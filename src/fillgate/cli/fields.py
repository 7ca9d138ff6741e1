"""The options that become fields of a body: one table, from which options and JSON are made.

Numbers and times are handed on as they were typed, as JSON strings: the service reads them exactly
and says what is wrong with them.
"""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import typer

from fillgate.domain.orders import OrderType, TriggerPrice

__all__ = ["ALERT", "ORDER", "Field", "body_of", "with_fields"]

_PANEL: Final = "What to send"


class Field(NamedTuple):
    """One field of a body."""

    name: str
    help: str
    required: bool = False
    flag: bool = False

    @property
    def option(self) -> str:
        """The option's name on the command line."""
        return "--" + self.name.replace("_", "-")


_SYMBOL: Final = Field("symbol", "The symbol, as the account's venue writes it.", required=True)
_SIZE: Final = (
    Field("quantity", "How much, in base units."),
    Field("quote_quantity", "Spend or earn this much of the quote currency instead."),
)
_TERMS: Final = (
    Field("order_type", f"{', '.join(OrderType)}."),
    Field("price", "The limit price; on market orders the price that was seen."),
    Field("stop_price", "The price that sets off a stop."),
    Field("trigger", f"Which price sets off a stop: {', '.join(TriggerPrice)}."),
    Field("trail", "Distance of a trailing stop from the market."),
    Field("stop_loss", "Price of a protective stop to attach."),
    Field("take_profit", "Price of a profit target to attach."),
    Field("time_in_force", "GTC, IOC, FOK, DAY or GTD."),
    Field("expire_time", "End of a GTD order."),
    Field("reduce_only", "Only reduce a position.", flag=True),
    Field("post_only", "Only add liquidity.", flag=True),
    Field("position_side", "long or short, on accounts that hold both."),
    Field("leverage", "Leverage of a margin order."),
    Field("margin_mode", "cross or isolated."),
    Field("confidence", "How sure the source is, 0 to 1."),
    Field("strategy", "Name of the strategy behind it."),
    Field("account", "Name of the account; the default one without it."),
    Field("timestamp", "When it was sent: Unix seconds, milliseconds, or ISO 8601."),
)

ALERT: Final = (
    _SYMBOL,
    Field("action", "buy or sell.", required=True),
    *_SIZE,
    *_TERMS,
    Field("id", "The alert's own id: the same id is the same alert, sent again."),
)
"""The fields of an alert."""

ORDER: Final = (_SYMBOL, Field("side", "buy or sell.", required=True), *_SIZE, *_TERMS)
"""The fields of an order request."""


def with_fields(fields: Sequence[Field]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each field, in the place of its `**fields`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command)
        own = [p for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
        made = [_parameter(field) for field in fields]
        annotations = command.__annotations__
        annotations.pop("fields")
        annotations |= {parameter.name: parameter.annotation for parameter in made}
        command.__signature__ = signature.replace(parameters=made + own)  # type: ignore[attr-defined]  # what inspect looks at
        return command

    return decorate


def _parameter(field: Field) -> inspect.Parameter:
    option = typer.Option(field.option, help=field.help, rich_help_panel=_PANEL)
    kind: Any = bool if field.flag else str | None
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if field.flag else None,
        annotation=Annotated[kind, option],
    )


def body_of(fields: Sequence[Field], values: Mapping[str, Any]) -> bytes:
    """Return the body that the options say.

    Raises:
        typer.BadParameter: a required one is missing.
    """
    given = {name: value for name, value in values.items() if value not in {None, False}}
    for field in fields:
        if field.required and field.name not in given:
            raise typer.BadParameter(f"{field.option} is missing (or give the whole --body)")
    return json.dumps(given, ensure_ascii=False).encode()
