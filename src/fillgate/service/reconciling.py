"""Comparing accounts with their venues over HTTP."""

from starlette.requests import Request

from fillgate.domain.errors import CodedError, UnknownAccount
from fillgate.engine.engine import Engine
from fillgate.service.problems import Problem
from fillgate.service.shown_accounts import ReconciliationView, reconciliation_view

__all__ = ["ReconcilingApi"]


class ReconcilingApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Compare through `engine`."""
        self._engine = engine

    async def reconcile_account(self, request: Request) -> ReconciliationView:
        """Compare an account with its venue now, and tell what differs."""
        name = request.path_params["name"]
        try:
            account = self._engine.accounts.get(name)
            outcome = await self._engine.reconciliation.run(account.name)
        except UnknownAccount as error:
            raise Problem("NOT_FOUND", str(error)) from None
        except CodedError as error:
            raise Problem(error.code, error.text) from None
        return reconciliation_view(outcome)
