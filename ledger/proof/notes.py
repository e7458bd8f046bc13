"""Signed notes: a text and who signed it (C2SP signed-note), and the keys that do.

    — NAME base64(4 bytes of key id || signature)

Two kinds of key, both Ed25519: a log's own (0x01) signs the text; a witness's (0x04, C2SP tlog-cosignature)
signs the text below a line with the time. A key's kind is part of its id: neither passes for the other.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.proof.errors import NotProven, NotReadable

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MAX_SIGNATURES: Final = 100
MAX_NOTE_BYTES: Final = 1_000_000

_MAX_SECONDS: Final = 2**63 - 1
_PRIVATE: Final = "PRIVATE+KEY+"
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE: Final = re.compile(r"— (?P<name>[^ ]+) (?P<value>[A-Za-z0-9+/=]+)")


class Signature(NamedTuple):
    """One line below a note: `value` is what follows the key id."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its end."""
        return f"— {self.name} {b64encode(self.key_id + self.value).decode()}\n"


class Note(NamedTuple):
    """A text, ending in a new line, and its signatures; nothing is said of whether they hold."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Who may have signed: a name, the kind of signature, and 32 bytes of Ed25519 public key."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a text NAME+ID+KEY. Raises `NotReadable`."""
        name, key_id, kind, public = _key_parts(text, "verifier key")
        key = cls(name, kind, public)
        if key.id.hex() != key_id:
            raise _bad_key("verifier key", "its id is not that of its name and key")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart; not a secure hash of the key."""
        return sha256(self.name.encode() + b"\n" + bytes((self.kind,)) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes((self.kind,)) + self.public).decode()}"

    def check(self, text: str, signature: Signature) -> int | None:
        """Check a signature of this key; returns a cosignature's time, in seconds since 1970.

        Raises `NotProven`.
        """
        value, seconds = signature.value, None
        if self.kind == COSIGNATURE:
            seconds, value = int.from_bytes(value[:8], "big"), value[8:]
            text = timed(text, seconds)
        if (seconds or 0) > _MAX_SECONDS or not self._fits(text, value):
            raise NotProven(
                f"the signature of {self.name} does not fit this text: "
                "the text was changed, or another key signed it",
                f"{self.name} 的签名与文本不符：文本被改动，或签名所用并非此密钥",
            )
        return seconds

    def _fits(self, text: str, value: bytes) -> bool:
        try:  # a value of another length is refused there, too
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SignerKey:
    """Who signs: a name, the kind of signature, and 32 bytes of Ed25519 seed that nobody else may have."""

    name: str
    kind: int
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a text PRIVATE+KEY+NAME+ID+SEED, as Go's tools write it. Raises `NotReadable`."""
        if not text.startswith(_PRIVATE):
            raise _bad_key("private key", f"it does not begin with {_PRIVATE}")
        name, key_id, kind, seed = _key_parts(text.removeprefix(_PRIVATE), "private key")
        key = cls(name, kind, seed)
        if key.verifier.id.hex() != key_id:
            raise _bad_key("private key", "its id is not that of its name and key")
        return key

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    def secret(self) -> str:
        """The key as a text, to be kept where only its owner reads."""
        material = b64encode(bytes((self.kind,)) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{material}"

    def sign(self, text: str, seconds: int | None = None) -> Signature:
        """Sign a text; a cosigner says when, in seconds since 1970, and a log's own key does not."""
        assert (self.kind == COSIGNATURE) == (seconds is not None), "a cosignature, and it alone, has a time"
        key, stamp = Ed25519PrivateKey.from_private_bytes(self.seed), b""
        if seconds is not None:
            text, stamp = timed(text, seconds), seconds.to_bytes(8, "big")
        return Signature(self.name, self.verifier.id, stamp + key.sign(text.encode()))

    def __repr__(self) -> str:
        return f"SignerKey({self.name!r})"


def timed(text: str, seconds: int) -> str:
    """What a cosigner signs of a text at a time."""
    return f"cosignature/v1\ntime {seconds}\n{text}"


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a key: something, without spaces or plus signs."""
    return bool(name) and "+" not in name and not any(sign.isspace() or sign < " " for sign in name)


def parse_note(raw: bytes | str) -> Note:
    """The note in these bytes. Raises `NotReadable`; says nothing of whether the signatures hold."""
    text, between, below = _text_of(raw).rpartition("\n\n")
    if not between or not below.endswith("\n"):
        raise _bad_note("there is no text, an empty line and then signatures, each on a line of its own")
    lines = below.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad_note(f"it has {len(lines)} signatures, at most {MAX_SIGNATURES} are read")
    return Note(f"{text}\n", tuple(_signature(line) for line in lines))


def sign_note(text: str, *signers: SignerKey) -> Note:
    """A text, ending in a new line, signed by keys of the kind that names no time. Raises `NotReadable`."""
    note = Note(text, tuple(signer.sign(text) for signer in signers))
    return parse_note(str(note))


def open_note(raw: bytes | str, known: Iterable[VerifierKey]) -> tuple[Note, dict[VerifierKey, int | None]]:
    """The note, and which of the known keys signed it, with the time where the signature has one.

    Raises `NotReadable`; `NotProven` when a known key's signature does not hold, or no known key signed.
    """
    note, keys, signed = parse_note(raw), {(key.name, key.id): key for key in known}, {}
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is not None:
            signed[key] = key.check(note.text, signature)
    if not signed:
        raise NotProven(
            "no known key has signed this note; give the verifier key of whoever did",
            "此签名文本没有任何已知密钥的签名；请提供签名者的验证密钥",
        )
    return note, signed


def from_base64(text: str) -> bytes | None:
    """The bytes of standard base64 with its padding; None for anything else, spare bits included."""
    try:
        value = b64decode(text, validate=True)
    except ValueError:
        return None
    return value if b64encode(value).decode() == text else None


def _text_of(raw: bytes | str) -> str:
    if len(raw) > MAX_NOTE_BYTES:
        raise _bad_note(f"it is longer than {MAX_NOTE_BYTES} bytes")
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        text.encode()
    except UnicodeError:
        raise _bad_note("it is not UTF-8") from None
    if _CONTROL.search(text):
        raise _bad_note("it holds control characters")
    return text


def _signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    value = from_base64(found["value"]) if found else None
    if not found or value is None or len(value) < 5 or not is_key_name(found["name"]):
        raise _bad_note("a line below the text is no signature (— NAME BASE64)")
    return Signature(found["name"], value[:4], value[4:])


def _key_parts(text: str, what: str) -> tuple[str, str, int, bytes]:
    """Name, id, kind and key of NAME+ID+BASE64."""
    name, _, rest = text.partition("+")
    key_id, _, material = rest.partition("+")
    key = from_base64(material)
    if not is_key_name(name) or not re.fullmatch("[0-9a-f]{8}", key_id) or not key:
        raise _bad_key(what, "it is not NAME+ID+KEY, with eight hex digits and base64")
    if key[0] not in (ED25519, COSIGNATURE) or len(key) != 33:
        raise _bad_key(what, "only Ed25519 keys of kind 1 (a log) and 4 (a witness) are known here")
    return name, key_id, key[0], key[1:]


def _bad_note(reason: str) -> NotReadable:
    return NotReadable(f"this is no signed note: {reason}", f"这不是有效的签名文本（{reason}）")


def _bad_key(what: str, reason: str) -> NotReadable:
    return NotReadable(
        f"this is no {what}: {reason}; copy it whole, on one line",
        f"密钥无法读取（{what}：{reason}）；请完整复制为一行",
    )
