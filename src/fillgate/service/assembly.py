"""The parts of a service, put together from its configuration."""

from functools import cache

import msgspec

from fillgate.config import Configuration
from fillgate.domain.clock import Clock
from fillgate.engine.accounts import AccountSetup
from fillgate.engine.engine import Engine
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.plugins.registry import PluginRegistry
from fillgate.service.account_context import account_context
from fillgate.service.api import OPERATIONS
from fillgate.service.app import Application
from fillgate.service.asking import AskingApi
from fillgate.service.auth import ApiDoor, WebhookDoor
from fillgate.service.costs_api import CostsApi
from fillgate.service.credentials import Credentials
from fillgate.service.events import EventFeed, EventsApi, StreamLimits
from fillgate.service.exposition import Exposition
from fillgate.service.health import HealthApi
from fillgate.service.journal_api import JournalApi
from fillgate.service.logs import logger
from fillgate.service.openapi import document, problems_page, reference_page
from fillgate.service.operations import routes
from fillgate.service.pages import PageApi
from fillgate.service.plugin_types import plugin_type
from fillgate.service.problem_log import ProblemLog
from fillgate.service.reading import ReadingApi
from fillgate.service.reconciling import ReconcilingApi
from fillgate.service.taking import OrderTaker, SignalRules, WebhookTaker

__all__ = ["accounts_of", "application", "engine_settings", "stream_limits"]


def application(
    engine: Engine, configuration: Configuration, secret: str, clock: Clock, feed: EventFeed
) -> Application:
    """Return the application over an engine; alerts are signed with `secret`."""
    problems = ProblemLog(engine.meters, engine.sampler)
    api_door = ApiDoor(configuration.api_key)
    rules = SignalRules(
        min_confidence=configuration.webhook.min_confidence,
        max_age=configuration.webhook.max_age,
        wait=configuration.service.wait,
        secrets=[word for word in (secret, configuration.api_key) if word],
    )
    asking = AskingApi(
        engine, wait=configuration.service.wait, credentials=Credentials(rules.secrets)
    )
    return Application(
        webhooks=WebhookTaker(engine, rules, clock, problems, WebhookDoor(secret)),
        orders=OrderTaker(engine, rules, clock, problems, api_door),
        routes=routes(
            OPERATIONS,
            (
                ReadingApi(engine),
                ReconcilingApi(engine),
                asking,
                EventsApi(feed),
                JournalApi(engine),
                CostsApi(engine),
                HealthApi(engine),
                Exposition(engine),
                _pages(),
            ),
            api_door,
            problems,
        ),
        problems=problems,
    )


@cache
def _pages() -> PageApi:
    published = document(OPERATIONS)
    return PageApi(
        document=msgspec.json.encode(published),
        reference=reference_page(published),
        problems=problems_page(),
    )


def accounts_of(
    configuration: Configuration, clock: Clock, tasks: Tasks
) -> tuple[PluginRegistry, dict[str, AccountSetup]]:
    """Return the accounts' plugins, not yet initialised, and what they are initialised with."""
    registry = PluginRegistry()
    setups = {}
    for name, account in configuration.accounts.items():
        kind = plugin_type(account.type, f"accounts.{name}")
        registry.register(kind(name, account_context(clock, tasks, logger(account=name), registry)))
        setups[name] = AccountSetup(account.type, dict(account.options))
    registry.set_default(configuration.default_account)
    return registry, setups


def engine_settings(configuration: Configuration) -> EngineSettings:
    """Return the limits of the engine."""
    engine = configuration.engine
    return EngineSettings(
        max_age=configuration.webhook.max_age,
        fingerprint_window=configuration.webhook.duplicate_window,
        submit_deadline=engine.submit_deadline,
        lookup_deadline=engine.lookup_deadline,
        poll_interval=engine.poll_interval,
        health_interval=engine.health_interval,
        reconcile_interval=engine.reconcile_interval,
        arrival_quotes=engine.arrival_quotes,
        max_waiting=engine.max_waiting,
    )


def stream_limits(configuration: Configuration) -> StreamLimits:
    """Return the limits of event streams."""
    return StreamLimits(streams=configuration.service.event_streams)
