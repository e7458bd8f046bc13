"""Who signs in with a secret is known by the token, on a database that has one role for everybody."""

from pathlib import Path

import pytest

from ledger.reconciliation.listing import Listing
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.sign_in import keep_token, read_token, sign_in, sign_out
from ledger.reconciliation.staff import Connection, Directory
from tests.ledger.reconciliation.back_office import code_of

ADMIN, MAKER, CHECKER, OTHER = "A001", "S001", "S002", "S003"

ADMIN, MAKER = "A001", "S001"
SECRET = "correct horse battery"  # noqa: S105  # of nobody


@pytest.fixture
def signing(owner: Connection) -> Connection:
    """An admin and a clerk who sign in with secrets, on a database that has one role for everybody."""
    listing = Listing(owner)
    listing.add(ADMIN, secret=SECRET)
    token = sign_in(owner, ADMIN, SECRET).token
    Listing(owner, token).add(MAKER, secret=SECRET)
    return owner


def test_a_signed_in_person_is_known_by_the_token(signing: Connection) -> None:
    signed = sign_in(signing, " ｓ００１ ", SECRET)
    assert signed.staff == MAKER
    assert Directory(signing, signed.token).present().staff == MAKER
    sign_out(signing, signed.token)
    with pytest.raises(Refused) as refused:
        Directory(signing, signed.token).present()
    assert code_of(refused) == "sign_in_over"
    with pytest.raises(Refused) as refused:
        Directory(signing).present()
    assert code_of(refused) == "not_signed_in"


def test_after_five_failures_the_right_secret_fails_too(signing: Connection) -> None:
    with pytest.raises(Refused, match="after five failures"):
        sign_in(signing, "S009", SECRET)
    for secret in (*["wrong horse battery"] * 5, SECRET):
        with pytest.raises(Refused, match="after five failures"):
            sign_in(signing, MAKER, secret)
    assert sign_in(signing, ADMIN, SECRET).staff == ADMIN


def test_a_new_secret_ends_every_sign_in_and_shows_who_set_it(signing: Connection) -> None:
    mine = sign_in(signing, MAKER, SECRET).token
    admin = Listing(signing, sign_in(signing, ADMIN, SECRET).token)
    admin.set_secret(MAKER, "another horse battery")
    with pytest.raises(Refused) as refused:
        Directory(signing, mine).present()
    assert code_of(refused) == "sign_in_over"
    with pytest.raises(Refused) as refused:
        admin.set_secret(MAKER, "short")
    assert code_of(refused) == "secret_too_short"
    assert admin.person(MAKER).listed_by == (ADMIN,)


def test_a_token_is_read_from_a_file_that_is_its_owner_s_alone(tmp_path: Path) -> None:
    file = tmp_path / "sign-in"
    assert read_token(file) is None
    for token in (b"\x01" * 32, b"\x02" * 32):
        keep_token(file, token)
        assert read_token(file) == token
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(Refused) as refused:
        read_token(file)
    assert code_of(refused) == "token_not_private"
    file.unlink()
    file.touch(0o600)
    file.write_text("not a token")
    with pytest.raises(Refused) as refused:
        read_token(file)
    assert code_of(refused) == "sign_in_over"
