"""Signed notes, keys, checkpoints and cosignatures: what is accepted, and what is refused in a sentence."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.notes import (
    COSIGNATURE,
    ED25519,
    Note,
    SignerKey,
    VerifierKey,
    open_note,
    parse_note,
    sign_note,
)
from ledger.proof.proofs import prove_consistency
from ledger.proof.tree import CompactRange, leaf_hash
from ledger.proof.witness import cosign
from scripts import verify_log
from tests.proof.judges import JUDGES, yes
from tests.proof.logs import LOG, NOON, ORIGIN, WITNESS, sealed_and_seen
from tests.proof.test_tree import LEAVES, nodes, root

TEXT = "copay.example/city\n7\n" + b64encode(bytes(32)).decode() + "\n"
NOTE = str(sign_note(TEXT, LOG))
TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n")).map("{}\n".format)


@given(TEXTS)
def test_whatever_is_signed_is_read_back_and_its_signature_holds(text: str) -> None:
    note = str(sign_note(text, LOG))
    found, signed = open_note(note.encode(), [LOG.verifier])
    assert (str(found), found.text, list(signed)) == (note, text, [LOG.verifier])
    assert verify_log.open_note(note.encode(), [verify_log.parse_key(str(LOG.verifier))])[0] == text


@given(st.integers(0, len(NOTE) - 1), st.characters(exclude_categories=["Cs"]))
def test_no_character_of_a_note_may_change(at: int, sign: str) -> None:
    changed = NOTE[:at] + sign + NOTE[at + 1 :]
    if changed == NOTE:
        return
    assert not any(yes(judge.signers, changed, [str(LOG.verifier)]) for judge in JUDGES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda note: note.replace("\n\n", "\n"), "no text, an empty line"),
        (lambda note: note[:-1], "each on a line of its own"),
        (lambda note: note + "\n", "each on a line of its own"),
        (lambda note: note.replace("— ", "- "), "is no signature"),
        (lambda note: note.replace("7\n", "7\t\n"), "control characters"),
        (lambda note: note + "— copay.example/city AAAA\n", "is no signature"),
        (lambda note: note + note.split("\n\n")[1] * 100, "at most 100 are read"),
        (lambda note: "x" * 1_000_001 + note, "longer than"),
    ],
)
def test_a_note_out_of_form_is_refused_with_the_reason(change: Callable[[str], str], said: str) -> None:
    with pytest.raises(NotReadable, match=said) as caught:
        parse_note(change(NOTE))
    assert "签名文本" in caught.value.text("zh")


def test_a_note_that_is_no_text_is_refused() -> None:
    with pytest.raises(NotReadable, match="not UTF-8"):
        parse_note(b"\xff" + NOTE.encode())


def test_base64_with_spare_bits_is_refused() -> None:
    line = parse_note(NOTE).signatures[0].line()
    assert line.endswith("=\n")
    spare = line[:-3] + chr(ord(line[-3]) + 1) + "=\n"
    with pytest.raises(NotReadable, match="is no signature"):
        parse_note(NOTE.replace(line, spare))


@pytest.mark.parametrize("key", [LOG, WITNESS])
def test_keys_are_written_and_read_back(key: SignerKey) -> None:
    assert SignerKey.parse(key.secret()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    assert verify_log.parse_key(str(key.verifier)) == (
        key.name,
        key.verifier.id,
        key.kind,
        key.verifier.public,
    )


def test_a_private_key_does_not_show_itself() -> None:
    assert LOG.secret() not in repr(LOG)
    assert repr(LOG) == f"SignerKey({ORIGIN!r})"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda key: key[:-5], "is no verifier key"),
        (lambda key: key.replace("city", "town"), "its id is not that of its name and key"),
        (lambda key: key.replace("+", " "), "NAME"),
        (lambda key: f"a b{key}", "NAME"),
        (lambda _: "x+00000000+" + b64encode(b"\x02" + bytes(32)).decode(), "only Ed25519 keys"),
        (lambda _: "x+00000000+" + b64encode(b"\x01" + bytes(31)).decode(), "only Ed25519 keys"),
    ],
)
def test_a_key_out_of_form_is_refused_with_the_reason(change: Callable[[str], str], said: str) -> None:
    with pytest.raises(NotReadable, match=said) as caught:
        VerifierKey.parse(change(str(LOG.verifier)))
    assert "密钥" in caught.value.text("zh")


def test_a_public_key_is_no_private_one_and_a_private_key_fits_its_id() -> None:
    with pytest.raises(NotReadable, match="does not begin with"):
        SignerKey.parse(str(LOG.verifier))
    with pytest.raises(NotReadable, match="its id is not"):
        SignerKey.parse(LOG.secret().replace("city", "town"))


def test_a_logs_key_does_not_pass_for_a_witness_with_the_same_seed() -> None:
    twin = SignerKey(ORIGIN, COSIGNATURE, LOG.seed)
    assert twin.verifier.id != LOG.verifier.id
    with pytest.raises(NotProven, match="no known key"):
        open_note(NOTE, [twin.verifier])


def test_a_cosignature_tells_its_time_and_holds_for_no_other() -> None:
    note = sealed_and_seen(7, bytes(32))
    assert open_checkpoint(str(note), LOG.verifier, [WITNESS.verifier]).cosigned == {WITNESS.name: NOON}
    log, witness = note.signatures
    later = witness._replace(value=(NOON + 1).to_bytes(8, "big") + witness.value[8:])
    with pytest.raises(NotProven, match=WITNESS.name):
        open_checkpoint(str(Note(note.text, (log, later))), LOG.verifier, [WITNESS.verifier])


@pytest.mark.parametrize("value", [b"", bytes(8), bytes(64), bytes(72), b"\xff" * 72])
def test_a_cosignature_of_another_length_or_beyond_all_time_does_not_hold(value: bytes) -> None:
    note = sealed_and_seen(7, bytes(32))
    log, witness = note.signatures
    with pytest.raises((NotProven, NotReadable)):
        open_checkpoint(
            str(Note(note.text, (log, witness._replace(value=value)))), LOG.verifier, [WITNESS.verifier]
        )


def test_a_checkpoint_is_of_the_log_whose_key_signed_it() -> None:
    other = SignerKey("copay.example/town", ED25519, LOG.seed)
    of_another = str(sign_note(TEXT, other))
    with pytest.raises(NotProven, match="give the key of that log"):
        open_checkpoint(of_another, other.verifier)
    cosigned_only = Note(TEXT, (WITNESS.sign(TEXT, NOON),))
    with pytest.raises(NotProven, match="is not signed by"):
        open_checkpoint(str(cosigned_only), LOG.verifier, [WITNESS.verifier])


def test_lines_below_the_root_are_kept_and_mean_nothing() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, bytes(32), ("read models 12ab", "and more"))
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    assert open_checkpoint(str(checkpoint.sign(LOG)), LOG.verifier).checkpoint == checkpoint


def note_at(size: int, origin: str = ORIGIN) -> str:
    return str(Checkpoint(origin, size, root(size)).sign(LOG))


def proof(first: int, second: int) -> list[bytes]:
    return prove_consistency(first, second, nodes)


def test_a_witness_signs_what_goes_on_from_what_it_saw() -> None:
    first = cosign(None, note_at(5), LOG.verifier, [], WITNESS, NOON)
    seen = open_checkpoint(str(first), LOG.verifier, [WITNESS.verifier]).checkpoint
    second = cosign(seen, note_at(9), LOG.verifier, proof(5, 9), WITNESS, NOON + 60)
    assert open_checkpoint(str(second), LOG.verifier, [WITNESS.verifier]).cosigned == {
        WITNESS.name: NOON + 60
    }
    again = cosign(seen, str(first), LOG.verifier, [], WITNESS, NOON + 90)
    assert [signature.name for signature in again.signatures] == [ORIGIN, WITNESS.name]


def test_a_witness_signs_no_log_that_was_cut_forked_or_is_another() -> None:
    seen = Checkpoint(ORIGIN, 9, root(9))
    with pytest.raises(NotProven, match="was cut or rolled back"):
        cosign(seen, note_at(5), LOG.verifier, proof(5, 9), WITNESS, NOON)
    with pytest.raises(NotProven, match="too long or too short"):
        cosign(seen, note_at(12), LOG.verifier, [], WITNESS, NOON)
    forked = CompactRange()
    forked.extend([leaf_hash(b"another past"), *LEAVES[1:12]])
    fork = str(Checkpoint(ORIGIN, 12, forked.root()).sign(LOG))
    with pytest.raises(NotProven, match="does not go on"):
        cosign(seen, fork, LOG.verifier, proof(9, 12), WITNESS, NOON)
    same_size = str(Checkpoint(ORIGIN, 9, forked.root()).sign(LOG))
    with pytest.raises(NotProven, match="does not go on"):
        cosign(seen, same_size, LOG.verifier, [], WITNESS, NOON)
    with pytest.raises(NotProven, match="this witness watches"):
        cosign(seen._replace(origin="another"), note_at(12), LOG.verifier, proof(9, 12), WITNESS, NOON)
    unsigned = str(Checkpoint(ORIGIN, 12, root(12)).sign(SignerKey(ORIGIN, ED25519, bytes(32))))
    with pytest.raises(NotProven, match="no known key"):
        cosign(seen, unsigned, LOG.verifier, proof(9, 12), WITNESS, NOON)


def test_a_witness_may_begin_with_an_empty_log() -> None:
    empty = Checkpoint(ORIGIN, 0, root(0))
    assert cosign(empty, note_at(5), LOG.verifier, [], WITNESS, NOON).signatures[-1].name == WITNESS.name
