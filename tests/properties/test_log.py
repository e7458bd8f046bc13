"""What every log of a random history must hold, whatever the ledger's own state says."""

from collections.abc import Iterator

from hypothesis import given

from tests.properties.books import BUCKETS, Books, Data, told
from tests.properties.running import run
from tests.strategies import HALF, History, histories


def decisions(history: History) -> Iterator[tuple[Books, Data]]:
    """Every charge, hold and premium, with the books before it."""
    return (found for found in settlements(history) if found[1]["op"] != "record")


def settlements(history: History) -> Iterator[tuple[Books, Data]]:
    """The same, and what was decided elsewhere."""
    for books, entry in told(run(history.lines).events):
        if entry.topic == "SettlementDecided":
            yield books, entry.data


def by_payer(decided: Data) -> dict[str, int]:
    paid: dict[str, int] = {}
    for leg in decided["legs"]:
        paid[leg["payer"]] = paid.get(leg["payer"], 0) + leg["amount_fen"]
    return paid


@HALF
@given(histories())
def test_legs_and_cash_sum_to_the_amount(history: History) -> None:
    for _, decided in settlements(history):
        assert all(leg["amount_fen"] > 0 for leg in decided["legs"])
        assert decided["cash_fen"] >= 0
        assert sum(by_payer(decided).values()) + decided["cash_fen"] == decided["amount_fen"]


@HALF
@given(histories())
def test_no_allocation_makes_a_balance_negative(history: History) -> None:
    for books, decided in decisions(history):
        for leg in decided["legs"]:
            assert leg["amount_fen"] <= books.room(leg["payer"], leg["bucket"])
        for payer, fen in by_payer(decided).items():
            assert fen <= books.balance_beyond_holds(payer)


@HALF
@given(histories())
def test_a_leg_never_exceeds_what_any_of_its_caps_leaves(history: History) -> None:
    for books, decided in decisions(history):
        rules, year, patient = (
            books.packs[decided["policy"]]["debit"],
            decided["year"],
            decided["beneficiary"],
        )
        shared = {leg["payer"]: leg for leg in decided["legs"] if leg["rank"] > 0}
        if decided["op"] == "pay_premium":
            continue
        for payer, fen in by_payer(decided).items():
            if payer not in shared:
                assert fen <= books.available(payer)
                continue
            leg = shared[payer]
            if leg.get("from_quota"):
                assert fen <= books.quota[payer, patient, leg["binding"]]
            else:
                assert fen <= books.available(payer)
                assert {x["bucket"] for x in decided["legs"] if x["payer"] == payer} <= set(
                    rules["shared_buckets"]
                )
            limit = books.limit_at(patient, leg["binding"], decided["at"])
            assert limit is None or books.used[payer, patient, year] + fen <= limit
            assert rules["per_leg_cap_fen"] is None or fen <= rules["per_leg_cap_fen"]
            counted = {
                "binder": books.used_of(year, binder=payer) + fen,
                "binding": books.used[payer, patient, year] + fen,
                "beneficiary": books.used_of(year, beneficiary=patient)
                + sum(paid for other, paid in by_payer(decided).items() if other in shared),
            }
            assert (
                rules["yearly_cap_fen"] is None
                or counted[rules["yearly_cap_scope"]] <= rules["yearly_cap_fen"]
            )
        covered = decided["amount_fen"] - decided["self_paid_fen"]
        assert sum(fen for payer, fen in by_payer(decided).items() if payer in shared) <= covered


@HALF
@given(histories())
def test_an_unbound_or_later_bound_binder_never_pays(history: History) -> None:
    for books, decided in decisions(history):
        for leg in decided["legs"]:
            if leg["rank"] > 0:
                binding = books.bindings[decided["beneficiary"], leg["binding"]]
                assert (binding["binder"], binding["kind"]) == (leg["payer"], "mutual_aid")
                assert binding["at"] <= decided["at"]
                assert binding["until"] is None or decided["at"] < binding["until"]
                assert books.status[leg["payer"]] == "active"
            else:
                assert leg["payer"] == decided["beneficiary"]


@HALF
@given(histories())
def test_own_money_goes_first(history: History) -> None:
    for books, decided in decisions(history):
        if decided["op"] == "pay_premium":
            continue
        assert [leg["rank"] for leg in decided["legs"]] == sorted(leg["rank"] for leg in decided["legs"])
        patient = decided["beneficiary"]
        own_classes = books.packs[decided["policy"]]["debit"]["own_classes"]
        may_pay = decided["service_class"] in own_classes and decided.get("allowed_sources") != "shared"
        own = by_payer(decided).get(patient, 0)
        if may_pay and books.people[patient]["insurance"] == "employee":
            assert own == min(decided["amount_fen"], books.available(patient))
        else:
            assert own == 0


@HALF
@given(histories())
def test_refunds_never_exceed_charges(history: History) -> None:
    for books, entry in told(run(history.lines).events):
        if entry.topic == "SettlementRefunded":
            given_back = entry.data["cash_fen"] + sum(p["amount_fen"] for p in entry.data["restored"])
            assert given_back == entry.data["amount_fen"] > 0
            assert sum(books.left[entry.stream]) - given_back == entry.data["refundable_fen"]
        assert all(part >= 0 for left in books.left.values() for part in left)


@HALF
@given(histories())
def test_reserved_and_held_are_what_quotas_and_open_holds_add_up_to(history: History) -> None:
    ran = run(history.lines)
    books = Books()
    for books, entry in told(ran.events):
        assert all(fen >= 0 for fen in books.quota.values()), entry
        assert all(fen >= 0 for fen in books.held.values()), entry
        assert all(fen >= 0 for fen in books.used.values()), entry
    for person in books.people:
        account = ran.account(person)
        assert account.reserved_fen == books.reserved(person)
        assert account.held_fen == sum(
            leg["amount_fen"]
            for settlement in books.open_holds
            for leg in books.settlements[settlement]["legs"]
            if leg["payer"] == person
        )
        assert account.held_fen == sum(books.held[person, bucket] for bucket in BUCKETS)
        assert account.balance_fen == books.balance(person)
        assert account.available_fen == books.available(person)
        assert account.suspense_fen == books.money[person, "suspense"]
