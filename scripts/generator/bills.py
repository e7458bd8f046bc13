"""One bill at a hospital or pharmacy: its cost, its class, and what national settlements carry along."""

from collections.abc import Callable

from scripts.generator.amounts import INPATIENT, OUTPATIENT, PHARMACY, draw

# Of a thousand bills. Sources disagree on 140104, and 8888 and 77 are nobody's: class unknown.
_MIX = (
    ("11", 425), ("41", 385), ("14", 45), ("140101", 15), ("13", 25), ("1301", 10), ("12", 12), ("16", 15),
    ("15", 6), ("9901", 6), ("21", 28), ("24", 4), ("51", 6), ("52", 3), ("28", 5), ("9107", 5),
    ("140104", 3), ("8888", 1), ("77", 1),
)  # fmt: skip
MED_TYPES = tuple(code for code, share in _MIX for _ in range(share))
_INPATIENT_CODES = frozenset({"21", "24", "52", "28"})
_PHARMACIES = ("同心大药房", "百草堂药店", "安康药房", "惠民大药房", "春风药店", "仁心大药房")
_HOSPITALS = (
    "第一人民医院",
    "中医院",
    "妇幼保健院",
    "东城社区卫生服务中心",
    "西关街道卫生院",
    "口腔医院",
    "第三医院",
    "新区医院",
)


class Bills:
    """Draws bills. Nine in ten are outpatient or pharmacy, so nearly every one may be shared."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._visits = 0

    def amount(self, med_type: str) -> int:
        """The personal share of a bill of this class, in fen."""
        if med_type == "41":
            return draw(PHARMACY, self._random)
        return draw(INPATIENT if med_type in _INPATIENT_CODES else OUTPATIENT, self._random)

    def draw(self) -> tuple[int, str]:
        """An amount in fen, and the fields of a charge, hold or quote after `beneficiary`."""
        random = self._random
        med_type = MED_TYPES[int(random() * len(MED_TYPES))]
        amount = self.amount(med_type)
        fields = f'"amount_fen":{amount},"med_type":"{med_type}"'
        if random() < 0.7:
            names = _PHARMACIES if med_type == "41" else _HOSPITALS
            fields += f',"institution":"{names[int(random() * len(names))]}"'
        rare = random()
        if rare < 0.08:
            fields += f',"self_paid_fen":{int(amount * random() * 0.4)}'
        elif rare < 0.20:
            self._visits += 1
            fields += (
                f',"facts":{{"mdtrt_id":"M{self._visits:09d}","psn_setlway":"01","mdtrt_cert_type":"02"}}'
            )
        elif rare < 0.23:
            fields += ',"sources":"own"' if rare < 0.22 else ',"sources":"shared"'
        return amount, fields
