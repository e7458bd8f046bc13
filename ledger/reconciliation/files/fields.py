"""The columns that a file may have, under their names in the national interface, and which each kind needs.

Every other name is refused, so that a profile with a slip of the pen is no profile. `skipped` stands for a
column that is there and not read.
"""

from typing import Final, Literal

Kind = Literal["3201", "3202-details", "3202-result", "bank", "legs", "settlements"]

SKIPPED: Final = "skipped"

OUTER: Final = ("setl_id", "acct_pay")
"""The columns of an object that holds a list of rows; all others are the rows' own."""

TOTALS: Final = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
"""The three amounts on which both sides must agree, in the order of the files."""

SETTLEMENT_TEXTS: Final = (
    *("mdtrt_id", "setl_id", "psn_no", "insutype", "psn_type", "cvlserv_flag", "setl_time"),
    *("mdtrt_cert_type", "med_type", "medins_setl_id", "clr_optins", "setl_optins", "clr_way", "clr_type"),
    *("fixmedins_code", "refd_setl_flag"),
)
"""The settlement result's texts, but for those that say who the person is. The last one comes with files
that carry cancellations, `setl_optins` and `fixmedins_code` with those of a city."""

SETTLEMENT_AMOUNTS: Final = (
    *("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"),
    *("act_pay_dedc", "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"),
    *("fund_pay_sumamt", "psn_part_amt", "acct_pay", "psn_cash_pay", "hosp_part_amt", "balc"),
    "acct_mulaid_pay",
)
"""Its amounts, N16,2. The ratio `pool_prop_selfpay` is none."""

AMOUNTS: Final = frozenset((*SETTLEMENT_AMOUNTS, "cash_payamt", "amount"))
"""Every column that holds money, whatever the file."""

NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    "3201": ("stmt_rslt",),
    "3202-details": ("setl_id", "mdtrt_id", "psn_no", *TOTALS, "refd_setl_flag"),
    "3202-result": ("psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo"),
    "bank": ("setl_id", "day", "amount", "direction"),
    "legs": ("setl_id", "payer_psn_no", "payer_admdvs", "relation", "amount"),
    "settlements": ("setl_id", "psn_no", "setl_time", "med_type", *TOTALS, "psn_part_amt", "psn_cash_pay"),
}
"""What a file of each kind cannot be without."""

ALLOWED: Final[dict[Kind, frozenset[str]]] = {
    "3201": frozenset(
        (
            *("setl_optins", "clr_optins", "clr_way", "clr_type", "stmt_begndate", "stmt_enddate"),
            *("stmt_rslt", "stmt_rslt_dscr", "exp_content", SKIPPED),
        )
    ),
    "3202-details": frozenset((*NEEDED["3202-details"], "exp_content", "day", SKIPPED)),
    "3202-result": frozenset((*NEEDED["3202-result"], *TOTALS, "exp_content", SKIPPED)),
    "bank": frozenset((*NEEDED["bank"], "psn_no", "mdtrt_id", "msgid", "memo", SKIPPED)),
    "legs": frozenset(
        (
            *NEEDED["legs"],
            *("leg_no", "bucket", "direction", "priority_version", "policy_version", "acct_pay", SKIPPED),
        )
    ),
    "settlements": frozenset((*SETTLEMENT_TEXTS, *SETTLEMENT_AMOUNTS, "pool_prop_selfpay", SKIPPED)),
}
"""What it may have besides."""

REQUESTS: Final = frozenset(
    (
        *("insutype", "clr_type", "setl_optins", "clr_optins", "stmt_begndate", "stmt_enddate", *TOTALS),
        *("cash_payamt", "fixmedins_setl_cnt", "refd_setl_flag", "exp_content", "file_qury_no"),
    )
)
"""The fields of the requests 3201 and 3202."""
