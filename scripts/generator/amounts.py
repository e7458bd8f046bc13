"""Real-looking amounts: long-tailed curves written down as their quantiles, all in fen.

A curve is a row of equally spaced quantiles with straight lines between them. That is close to a log-normal
curve and, unlike `math.exp`, gives the same fen on every machine.
"""

from collections.abc import Callable

# A person's share of one bill. Own money pays first; what is shared then averages near the 138 yuan a payment
# that the National Healthcare Security Administration reported for 2024.
OUTPATIENT = (
    680, 2194, 3185, 4110, 5054, 6048, 7130, 8346, 9718,
    11320, 13244, 15617, 18690, 22973, 29651, 43030, 99327,
)  # fmt: skip
PHARMACY = (
    430, 1684, 2497, 3240, 4023, 4859, 5790, 6814, 8000,
    9390, 11074, 13176, 15910, 19752, 25764, 37860, 88366,
)  # fmt: skip
INPATIENT = (18000, 61000, 98000, 132000, 171000, 224000, 310000, 498000, 1650000)
OPENING_BALANCE = (0, 15000, 48000, 98000, 165000, 262000, 410000, 680000, 1900000)
ALLOTMENT = (6200, 8400, 9900, 11800, 14200, 17600, 22400, 30800, 58000)


def draw(curve: tuple[int, ...], random: Callable[[], float]) -> int:
    """One amount from a curve, in fen; `random` gives floats in [0, 1)."""
    place = random() * (len(curve) - 1)
    step = int(place)
    low = curve[step]
    return low + int((curve[step + 1] - low) * (place - step))
