"""The cryptography of the vault, all of it: what is sealed with which key, and bound to what.

    field   AES-256-GCM under the person's data key, bound to person, field and key
    key     AES-256-GCM under the key-encryption key, bound to person and key
    index   HMAC-SHA-256 under a key of the field's own

Whatever is bound together is length-prefixed, so that no two bindings have the same bytes. A sealed value
begins with the number of its scheme: another algorithm is another number beside this one (decision 18).
"""

import hmac
import os
from struct import pack
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.vault.errors import Sealed

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
AES_256_GCM: Final = 1
_FIELD: Final = b"copay vault field"
_KEY: Final = b"copay vault data key"
_INDEX: Final = b"copay vault index"
_SCHEME: Final = bytes([AES_256_GCM])


def bound(*parts: bytes) -> bytes:
    """Parts, each after its length in four bytes."""
    return b"".join(pack("!I", len(part)) + part for part in parts)


class PersonKey:
    """The data key of one person, ready for use. `key_id` is stored beside what it seals."""

    def __init__(self, person: str, key_id: bytes, key: bytes) -> None:
        self.person = person
        self.key_id = key_id
        self._cipher = AESGCM(key)

    def seal(self, field: str, value: str) -> bytes:
        """Scheme, nonce, ciphertext and tag of a value."""
        nonce = os.urandom(NONCE_BYTES)
        return _SCHEME + nonce + self._cipher.encrypt(nonce, value.encode(), self._bound(field))

    def open(self, field: str, sealed: bytes) -> str:
        """The value. Raises `Sealed` for another key, another person's or field's, or changed bytes."""
        head, nonce, rest = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if head == _SCHEME:
                return self._cipher.decrypt(nonce, rest, self._bound(field)).decode()
        except (InvalidTag, ValueError):
            pass
        raise Sealed(self.person)

    def _bound(self, field: str) -> bytes:
        return bound(_FIELD, self.person.encode(), field.encode(), self.key_id)


class KeyWrapper:
    """The key-encryption key: wraps data keys and index keys, each bound to what it is for."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def wrap(self, key: bytes, *purpose: bytes) -> bytes:
        """Nonce, ciphertext and tag of a key: 60 bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, bound(_KEY, *purpose))

    def unwrap(self, wrapped: bytes, *purpose: bytes) -> bytes | None:
        """The key; None when it was wrapped by another one, for another purpose, or was changed."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound(_KEY, *purpose))
        except (InvalidTag, ValueError):
            return None


def blind(key: bytes, field: str, value: str) -> bytes:
    """What a value is found by: equal values give the same 32 bytes; only the key tells which they are."""
    return hmac.digest(key, bound(_INDEX, field.encode(), value.encode()), "sha256")
