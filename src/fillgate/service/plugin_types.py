"""Which plugin types are installed: the entry points `fillgate.plugins`, ours and others."""

from contextlib import suppress
from importlib.metadata import entry_points

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.nearest import nearest
from fillgate.plugins.base import ExecutionPlugin

__all__ = ["installed_types", "plugin_type"]

_GROUP = "fillgate.plugins"


def plugin_type(kind: str, where: str) -> type[ExecutionPlugin]:
    """Return the class of a plugin type; only that one is imported.

    Args:
        kind: the type, for example `mock`.
        where: the account's place in the configuration, for errors.

    Raises:
        ConfigurationError: no such type is installed, or it cannot be imported.
    """
    installed = {point.name: point for point in entry_points(group=_GROUP)}
    point = installed.get(kind)
    if point is None:
        known = ", ".join(sorted(installed))
        near = nearest(kind, installed)
        hint = "" if near is None else f"; did you mean {near!r}?"
        msg = f"`{where}.type`: expected one of {known}, found {kind!r}{hint}"
        raise ConfigurationError(msg)
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 - somebody else's code: whatever it is, it is told
        msg = f"`{where}.type`: the plugin {kind!r} cannot be imported: {error!r}"
        raise ConfigurationError(msg) from None
    if not (isinstance(loaded, type) and issubclass(loaded, ExecutionPlugin)):
        msg = f"`{where}.type`: {kind!r} is no ExecutionPlugin but {loaded!r}"
        raise ConfigurationError(msg)
    return loaded


def installed_types() -> dict[str, type[ExecutionPlugin]]:
    """Return the classes of all plugin types that can be imported, by their types."""
    found = {}
    for kind in sorted(point.name for point in entry_points(group=_GROUP)):
        with suppress(ConfigurationError):
            found[kind] = plugin_type(kind, "accounts")
    return found
