"""The read models with a sum of entries behind every third event of an account."""

from functools import partial
from typing import Final

from projections.models import MODELS
from projections.models.balances import BALANCES, project
from projections.recorded import Model

RUN: Final = 3
SHORT_RUNS: Final[tuple[Model, ...]] = tuple(
    model._replace(project=partial(project, run=RUN)) if model is BALANCES else model for model in MODELS
)
