"""Every read model, in the order in which a reader should meet them."""

from typing import Final

from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.models.clearing import CLEARING
from projections.models.debit_orders import DEBIT_ORDERS
from projections.models.limits import LIMITS
from projections.models.quotas import QUOTAS
from projections.models.requests import REQUESTS
from projections.models.settlements import SETTLEMENTS
from projections.models.totals import TOTALS
from projections.recorded import Model

MODELS: Final[tuple[Model, ...]] = (
    ACCOUNTS, BALANCES, DEBIT_ORDERS, QUOTAS, LIMITS, SETTLEMENTS, TOTALS, REQUESTS, CLEARING,
)  # fmt: skip
