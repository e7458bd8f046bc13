"""Every sealed value opens under its own key, for its own person and field, and nowhere else."""

import hashlib
import hmac
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.vault.errors import Sealed
from ledger.vault.sealing import AES_256_GCM, KeyWrapper, PersonKey, blind, bound

KEY = bytes(range(32))
KEY_ID = b"\x00" * 15 + b"\x07"
TEXTS = st.text(max_size=80)


@given(TEXTS, st.sampled_from(["name", "phone"]))
def test_what_was_sealed_opens_to_the_same_text(value: str, field: str) -> None:
    lin = PersonKey("LIN", KEY_ID, KEY)
    assert lin.open(field, lin.seal(field, value)) == value


@given(TEXTS)
def test_the_same_text_is_never_sealed_to_the_same_bytes(value: str) -> None:
    lin = PersonKey("LIN", KEY_ID, KEY)
    assert lin.seal("name", value) != lin.seal("name", value)
    assert lin.seal("name", value)[0] == AES_256_GCM


@pytest.mark.parametrize(
    ("person", "field", "key_id", "key"),
    [
        ("WEI", "name", KEY_ID, KEY),
        ("LIN", "phone", KEY_ID, KEY),
        ("LIN", "name", bytes(16), KEY),
        ("LIN", "name", KEY_ID, bytes(32)),
    ],
)
def test_another_person_field_or_key_opens_nothing(
    person: str, field: str, key_id: bytes, key: bytes
) -> None:
    sealed = PersonKey("LIN", KEY_ID, KEY).seal("name", "林小红")
    with pytest.raises(Sealed) as caught:
        PersonKey(person, key_id, key).open(field, sealed)
    assert "林小红" not in caught.value.message


@given(st.data())
def test_one_changed_bit_opens_nothing(data: st.DataObject) -> None:
    lin = PersonKey("LIN", KEY_ID, KEY)
    sealed = bytearray(lin.seal("phone", "13800138000"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Sealed):
        lin.open("phone", bytes(sealed))


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_torn_value_opens_nothing(cut: int) -> None:
    lin = PersonKey("LIN", KEY_ID, KEY)
    with pytest.raises(Sealed):
        lin.open("phone", lin.seal("phone", "13800138000")[:cut])


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_bindings_have_the_same_bytes_only_if_they_are_the_same(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (bound(*one) == bound(*other)) == (one == other)


def test_a_wrapped_key_is_had_again_for_its_own_purpose_only() -> None:
    wrapper = KeyWrapper(KEY)
    wrapped = wrapper.wrap(bytes(32), b"data key", b"LIN")
    assert len(wrapped) == 60
    assert wrapper.unwrap(wrapped, b"data key", b"LIN") == bytes(32)
    assert wrapper.unwrap(wrapped, b"data key", b"WEI") is None
    assert wrapper.unwrap(wrapped, b"data keyLIN") is None
    assert KeyWrapper(bytes(32)).unwrap(wrapped, b"data key", b"LIN") is None


def test_the_blind_index_is_hmac_sha256_over_what_stands_in_the_decision() -> None:
    parts = b"copay vault index", b"phone", b"13800138000"
    said = b"".join(pack("!I", len(part)) + part for part in parts)
    assert blind(KEY, "phone", "13800138000") == hmac.new(KEY, said, hashlib.sha256).digest()
    assert blind(KEY, "citizen_id", "13800138000") != blind(KEY, "phone", "13800138000")
