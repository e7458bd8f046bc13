#!/usr/bin/env python3
"""Check an export or a proof of the ledger's log: alone, offline, with Python's standard library only.

An export is a folder in C2SP tlog-tiles layout, a proof a C2SP tlog-proof file. Every hash is computed anew
from the entries (100 MB of memory for a million). No code is shared with the ledger: its faults cannot hide here.
Signatures are checked with the Python package `cryptography`; without it, or a key, the report says so.

exit status: 0 all that was checked holds; 1 something is wrong; 2 it could not be checked
examples:
  verify_log.py city-export --key log.vkey --witness witness.vkey --checkpoint kept/2026-03-31
  verify_log.py S-100.tlog-proof --key "copay.example/city+eabae508+AXtq..." --lang zh
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment, misc]  # said in the report, never passed over

Key = tuple[str, bytes, int, bytes]  # name, key id, kind (1: a log's own, 4: a witness's), public key
SAY = {  # English | Chinese
    "holds": "holds: {0} | 成立：{0}",
    "unchecked": "NOT CHECKED: {0} | 未检查：{0}",
    "wrong": "WRONG: {0} | 错误：{0}",
    "cannot": "CANNOT BE CHECKED: {0} | 无法检查：{0}",
    "form": "{0} cannot be read: it is missing, damaged, or no such thing | 无法读取 {0}：缺失、已损坏或形式不符",
    "signature": "the signature of {0} does not hold: the checkpoint was changed, or another key signed it | {0} 的签名不成立：检查点被改动，或并非此密钥签署",
    "unsigned": "{0}, of log {1}, is not signed by {2} | {0}（日志 {1}）未由 {2} 签署",
    "proof": "the proof does not hold: what it should show is not in the log of this checkpoint | 证明不成立：所证内容不在此检查点的日志中",
    "place": "the entry at position {0} says it is position {1}, version {2} of {3} | 位置 {0} 的条目自称位置 {1}、{3} 的版本 {2}",
    "between": "positions {0} to {1} are not those of {2}{3} | 位置 {0} 至 {1} 与 {2} 不符{3}",
    "tile": "the entries are those signed, but a tile is not theirs{0} | 条目与签署一致，但有数据块不符{0}",
    "was signed": "{0} is signed by {1}{2} | {0} 由 {1} 签署{2}",
    "no key": "the signatures of {0}: no key was given | {0} 的签名：未提供密钥",
    "no package": "the signatures of {0}: the Python package cryptography is not installed | {0} 的签名：未安装 Python 软件包 cryptography",
    "after": "what was recorded after position {0}: this checkpoint is not of it | 位置 {0} 之后的记录：不在此检查点之内",
    "entries": "{0} entries were read and hashed anew; every tile is what they give, and their root is {2}, the one in the checkpoint of {1} | 读取并重新计算 {0} 个条目：各层数据块均相符，其根为 {2}，与 {1} 的检查点一致",
    "places": "every entry names its own position, from 1 on, and its version in one of {0} streams: none is missing or twice there | 每个条目写明自身位置（自 1 起）及其在 {0} 个流中的版本：无缺无重",
    "kept": "the log begins with the {1} entries of {0} | 日志以 {0} 的 {1} 个条目开头",
    "included": "the entry stands at position {0} of the {1} in the log of {2}, whose root is {3} | 该条目位于 {2} 日志（共 {1} 条，根 {3}）的位置 {0}",
    "event": "it is {0}, version {1} of {2}, recorded at {3} | 该事件为 {0}，{2} 的版本 {1}，记录于 {3}",
    "good": "so nothing here was changed, removed, inserted or reordered since the checkpoint was signed; whether it was true when recorded, this does not show | 自检查点签署以来，上述内容未被更改、删除、插入或重排；至于记录当时是否属实，不在此列",
    "unsure": "so everything here fits the checkpoint; whether that is genuine, only its signatures can show | 上述内容与检查点一致；检查点是否真实，须凭签名判断",
}  # fmt: skip


class Wrong(ValueError):
    """Something is not as it must be: which of the sentences in `SAY`, and what stands in it."""


def say(lang: str, sentence: object, *values: object) -> str:
    """A finding in words, without anything that could steer a terminal."""
    text = SAY[str(sentence)].split(" | ")[lang == "zh"].format(*values)
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def sha(*parts: bytes) -> bytes:
    """SHA-256; in RFC 6962, 2.1, a leaf is sha(b"\\0", entry), a node is sha(b"\\1", left, right)."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1: the root over leaf hashes; paired row by row, a last odd one moves up as it is."""
    while len(hashes) > 1:
        nodes = [sha(b"\1", hashes[at - 1], hashes[at]) for at in range(1, len(hashes), 2)]
        hashes = [*nodes, *hashes[len(hashes) & ~1 :]]
    return hashes[0] if hashes else sha()


def fold(start: int, end: int, size: int, part: bytes, proof: list[bytes], known: bool) -> list[bytes]:
    """RFC 6962, 2.1.2: the roots of leaves [start, end) and of all that a proof leads to; uses it up."""
    if (start, end) == (0, size):
        return [part if known else proof.pop(0)] * 2
    half = 1 << (size - 1).bit_length() - 1
    if end <= half:
        old, new = fold(start, end, half, part, proof, known)
        return [old, sha(b"\1", new, proof.pop(0))]
    old, new = fold(max(0, start - half), end - half, size - half, part, proof, known and start >= half)
    left = proof.pop(0)
    return [old if start >= half else sha(b"\1", left, old), sha(b"\1", left, new)]


def check_proof(start: int, end: int, size: int, part: bytes, proof: list[bytes], whole: bytes) -> None:
    """Leaves [start, end) with root `part` (a leaf; an earlier log) are in the tree `whole`. Raises Wrong."""
    rest = [*proof, *[b""] * 128]  # no proof takes that many; one that is too short takes some of these
    fits = 0 <= start < end <= size and fold(start, end, size, part, rest, known=True) == [part, whole]
    if not fits or len(rest) != 128 or not part or any(len(hash) != 32 for hash in proof):
        raise Wrong("proof")


def from_base64(text: str) -> bytes:
    """The bytes of base64, with nothing else in it and no spare bits. Raises ValueError."""
    value = base64.b64decode(text, validate=True)
    if base64.b64encode(value).decode() != text:
        raise ValueError(text)
    return value


def parse_key(text: str) -> Key:
    """The key of a text NAME+ID+KEY, or of a file that holds it. Raises ArgumentTypeError."""
    text = Path(text).read_text() if Path(text).is_file() else text
    found = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})\s*", text)
    key = from_base64(found[3]) if found else b""
    id = sha(found[1].encode(), b"\n", key).hex()[:8] if found else ""
    if not found or key[0] not in (1, 4) or id != found[2]:
        raise argparse.ArgumentTypeError("no whole Ed25519 verifier key | 不是完整的 Ed25519 验证密钥")
    return found[1], bytes.fromhex(found[2]), key[0], key[1:]


def open_note(raw: bytes, keys: Sequence[Key]) -> tuple[str, dict[Key, int]]:
    """The text of a C2SP signed note, and which keys signed it, each with its time or 0. Raises ValueError."""
    text, between, below = raw.decode().rpartition("\n\n")
    *lines, end = below.split("\n")
    found = [re.fullmatch(r"— ([^+\s]+) ([A-Za-z0-9+/]{7,}=*)", line) for line in lines]
    whole = between and not end and 0 < len(lines) <= 100 and all(found)
    if not whole or re.search(rb"[\0-\x09\x0b-\x1f]", raw):
        raise Wrong("form", "note")
    signed = {}
    for name, signature in ((one[1], from_base64(one[2])) for one in found if one):
        for key in (key for key in keys if key[:2] == (name, signature[:4])):
            at = 12 if key[2] == 4 else 4
            signed[key] = int.from_bytes(signature[4:at], "big")
            said = f"cosignature/v1\ntime {signed[key]}\n{text}\n" if at == 12 else f"{text}\n"
            try:
                Ed25519PublicKey.from_public_bytes(key[3]).verify(signature[at:], said.encode())
            except InvalidSignature:
                raise Wrong("signature", name) from None
    return f"{text}\n", signed


def parse_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text. Raises ValueError."""
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]{43}=)\n([^\n]+\n)*", text)
    if not found or int(found[2]) >= 2**63:
        raise Wrong("form", "checkpoint")
    return found[1], int(found[2]), from_base64(found[3])


def parse_leaf(leaf: bytes, position: int) -> tuple[int, str, int, str, str, list[bytes]]:
    """Position, stream, version, topic, recorded time; the state, or its length and SHA-256. Raises Wrong."""
    parts, at = list[bytes](), 2
    while at < len(leaf):
        end = at + 4 + int.from_bytes(leaf[at : at + 4], "big")
        parts.append(leaf[at + 4 : end])
        at = end
    form, at_bytes, stream, version, topic, recorded, *state = parts if len(parts) > 6 else [b""] * 7
    whole = at == len(leaf) and len(at_bytes) == len(version) == 8 and leaf[:2] == bytes((0, len(parts)))
    timed = len(state) == 2 or b'"recorded_at":"%b"' % recorded in state[0]
    if not whole or not timed or (form, len(state)) not in ((b"\0\1", 1), (b"\0\2", 2)):
        raise Wrong("form", f"#{position}")
    texts = [text.decode(errors="replace") for text in (stream, topic, recorded)]
    place, nth = (int.from_bytes(number, "big") for number in (at_bytes, version))
    return place, texts[0], nth, texts[1], texts[2], state


def numbered(index: int, width: int) -> str:
    """A tile's path within its level: 1234067 is x001/x234/067, followed by .p/WIDTH while it is not full."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return path if width == 256 else f"{path}.p/{width}"


def unlike_tile(folder: Path, row: Sequence[bytes]) -> str:
    """The first tile that is not what these leaf hashes give, and the position it goes wrong at; "" if none."""
    for level in range(8):
        tiles = [row[at : at + 256] for at in range(0, len(row), 256)]
        for index, hashes in enumerate(tiles):
            path = f"tile/{level}/{numbered(index, len(hashes))}"
            stored = (folder / path).read_bytes()
            if stored != b"".join(hashes):
                same = [stored[32 * at : 32 * at + 32] == hash for at, hash in enumerate(hashes)]
                return f" ({path} #{(index * 256 + [*same, False].index(False) << 8 * level) + 1})"
        row = [root_of(hashes) for hashes in tiles if len(hashes) == 256]
    return ""


def entries(folder: Path, size: int) -> Iterator[bytes]:
    """The entries of an export, bundle by bundle. Raises Wrong."""
    for start in range(0, size, 256):
        path, at = f"tile/entries/{numbered(start // 256, min(256, size - start))}", 0
        data = (folder / path).read_bytes()
        for _ in range(min(256, size - start)):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            yield data[at + 2 : end]
            at = end
        if at != len(data):
            raise Wrong("form", path)


class Check:
    """One run: what is asked, what it found to hold, and what it could not check (as keys of `SAY`)."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.held, self.unchecked = asked, list[tuple[object, ...]](), list[tuple[object, ...]]()
        self.size = 0

    def checkpoint(self, raw: bytes, name: str) -> tuple[str, int, str, bytes]:
        """Name, size, origin and root of a checkpoint, signed by every given key if that can be told."""
        keys = [key for key in (self.asked.key, *self.asked.witness) if key]
        if not keys or Ed25519PublicKey is None:
            self.unchecked.append(("no package" if keys else "no key", name))
            keys = []
        text, signed = open_note(raw, keys)
        origin, size, root = parse_checkpoint(text)
        self.size = max(self.size, size)
        for key in keys:
            if key not in signed or keys[0][0] != origin:
                raise Wrong("unsigned", name, origin, key[0])
            time = datetime.fromtimestamp(min(signed[key], 2**37), UTC)
            self.held.append(("was signed", name, key[0], f" {time:%FT%TZ}" if signed[key] else ""))
        return name, size, origin, root

    def export(self, folder: Path) -> None:
        """Every entry, the tiles, the checkpoint, and earlier checkpoints kept elsewhere fit each other."""
        last = self.checkpoint((folder / "checkpoint").read_bytes(), "checkpoint")
        kept = [self.checkpoint(Path(path).read_bytes(), path) for path in self.asked.checkpoint]
        streams, hashes, held = dict[str, int](), list[bytes](), 0
        for position, entry in enumerate(entries(folder, last[1]), 1):
            hashes.append(sha(b"\0", entry))
            if self.asked.plain:
                continue
            found, stream, version, _, _, state = parse_leaf(entry, position)
            if (found, version) != (position, streams.get(stream, 0) + 1):
                raise Wrong("place", position, found, version, stream)
            streams[stream] = version
            if len(state) == 2:
                whole = (folder / "states" / str(position)).read_bytes()
                if [len(whole).to_bytes(8, "big"), sha(whole)] != state:
                    raise Wrong("form", f"states/{position}")
        unlike = unlike_tile(folder, hashes)
        for name, size, origin, root in sorted([*kept, last], key=lambda one: one[1]):
            if origin != last[2] or size > last[1] or root_of(hashes[:size]) != root:
                raise Wrong("between", held + 1, size, name, unlike)
            held = size
        if unlike:
            raise Wrong("tile", unlike)
        self.held += [("entries", *last[1:3], last[3].hex()), *(("kept", *one) for one in kept)]
        self.held += [] if self.asked.plain else [("places", len(streams))]

    def proof(self, raw: bytes) -> None:
        """The entry that a proof file carries stands at its index in the log."""
        form = r"c2sp\.org/tlog-proof@v1\nextra (\S+)\nindex (0|[1-9][0-9]{0,18})((?:\n\S+)*)\n\n(.+)"
        found = re.fullmatch(form, raw.decode(), re.DOTALL)
        if not found:
            raise Wrong("form", self.asked.path)
        entry, index, hashes = from_base64(found[1]), int(found[2]), [*map(from_base64, found[3].split())]
        _, size, origin, root = self.checkpoint(found[4].encode(), "checkpoint")
        check_proof(index, index + 1, size, sha(b"\0", entry), hashes, root)
        self.held.append(("included", index + 1, size, origin, root.hex()))
        if not self.asked.plain:
            position, stream, version, topic, recorded, *_ = parse_leaf(entry, index + 1)
            if position != index + 1:
                raise Wrong("place", index + 1, position, version, stream)
            self.held.append(("event", topic, version, stream, recorded))


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names, print what was found, and return the exit status."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="verify_log.py", description=__doc__, formatter_class=form)
    parser.add_argument("path", type=Path, help="folder of an export, or a .tlog-proof file")
    parser.add_argument("--key", type=parse_key, help="the log's verifier key, or a file that holds it")
    parser.add_argument("--witness", type=parse_key, action="append", default=[], help="a witness's key")
    parser.add_argument("--checkpoint", action="append", default=[], help="one that was kept elsewhere")
    parser.add_argument("--plain", action="store_true", help="entries are any bytes, not a ledger's events")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the sentences")
    asked = parser.parse_args(arguments)
    run, wrong, status = Check(asked), list[tuple[object, ...]](), 0
    try:
        run.export(asked.path) if asked.path.is_dir() else run.proof(asked.path.read_bytes())
        run.held += [("unsure" if run.unchecked else "good",)]
        run.unchecked += [("after", run.size)]
    except OSError as error:
        status, wrong = 1 if asked.path.is_dir() else 2, [("form", error.filename)]
    except ValueError as error:
        status, wrong = 1, [error.args if isinstance(error, Wrong) else ("form", asked.path)]
    found = {"holds": run.held, "unchecked": run.unchecked, "cannot" if status == 2 else "wrong": wrong}
    said = {label: [say(asked.lang, *one) for one in findings] for label, findings in found.items()}
    lines = [say(asked.lang, label, one) for label, sentences in said.items() for one in sentences]
    print(json.dumps(said, ensure_ascii=False) if asked.json else "\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
