"""What a replay finds: differences, each with its position, kind and place, and the figures it worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final[dict[str, tuple[str, str]]] = {
    # of the log itself
    "event_missing": ("an event is missing", "缺少事件"),
    "event_repeated": ("two events at one position", "同一位置有两个事件"),
    "event_unreadable": ("an event is not what its topic says", "事件内容与类型不符"),
    "events_swapped": ("two events have changed places", "两个事件互换了位置"),
    "event_out_of_place": ("an event cannot stand here", "事件不应出现在此处"),
    "version_out_of_line": ("a version of a stream is out of line", "事件流版本不连续"),
    "recorded_out_of_order": ("recorded before the one before it in its stream", "记账时间早于流中前一事件"),
    "amount_differs": ("an amount does not agree with the others", "金额与其他记录不一致"),
    "figure_differs": ("a decision saw another figure than there was", "决定所依据的数字与实际不符"),
    "counterpart_missing": ("its counterpart is missing", "缺少对应事件"),
    "binding_out_of_line": ("a binding or order that cannot be", "绑定或顺序不成立"),
    "key_differs": ("a request id leads to another event", "请求号指向其他事件"),
    # of the read models
    "row_differs": ("a row was edited", "行内容被改动"),
    "row_missing": ("a row is missing", "缺少行"),
    "leg_missing": ("the row of a payment is missing", "缺少支付明细行"),
    "row_doubled": ("an event was applied twice", "事件被重复应用"),
    "row_unfounded": ("a row that no event accounts for", "行没有对应事件"),
    "order_differs": ("a debit order was changed", "扣款顺序被改动"),
    "position_skipped": ("an event was skipped", "事件被跳过"),
    "view_differs": ("a view is not the one this program makes", "视图与本程序建立的不一致"),
    # of figures
    "aggregate_differs": ("a figure differs from the aggregate's", "数字与聚合状态不符"),
}
"""Every kind of difference, for people, in English and Chinese."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """Two that should be equal and are not. `position` is the first at which it arose; 0: by no event.

    `place` is `log`, `request_keys`, a table or view of the read models, or `aggregates`; `subject` a stream,
    account or row key where there is one.
    """

    position: int
    kind: str
    place: str
    subject: str | None = None
    expected: str | None = None
    found: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        return {
            "position": self.position,
            "kind": self.kind,
            "place": self.place,
            "subject": self.subject,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """A kind of figure: how many rows, and the SHA-256 over all of them, sorted."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a replay. `events` were read; figures are as of `position`.

    `models` says where each read model stood (empty: none was compared), `compared` how many rows of each
    table were expected, `aggregates` how many streams were compared with their aggregates, `views` how many
    views of the read models with the definitions that this program ships.
    """

    events: int
    position: int
    models: Mapping[str, int]
    compared: Mapping[str, int]
    figures: Mapping[str, Figures]
    totals: Mapping[str, int]
    differences: Sequence[Difference] = field(default=())
    aggregates: int = 0
    views: int = 0

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        return {
            "position": self.position,
            "events": self.events,
            "equal": self.equal,
            "models": dict(self.models),
            "compared": dict(self.compared),
            "aggregates": self.aggregates,
            "views": self.views,
            "figures": {
                name: {"rows": figure.rows, "digest": figure.digest} for name, figure in self.figures.items()
            },
            "totals": dict(self.totals),
            "differences": [difference.as_dict() for difference in self.differences],
        }
