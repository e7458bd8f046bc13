"""What a file holds: itself, or the one member of a zip file. Everything odd about a zip file is refused."""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Final

from ledger.reconciliation.files.defects import WHOLE_FILE, BadLine
from ledger.reconciliation.files.profile import Profile

MAX_BYTES: Final = 256 * 1024 * 1024
"""What a file may hold unpacked: two million detail lines. More is refused before it is unpacked."""

_PIECE: Final = 1024 * 1024
_LOCAL_HEADER: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_DATA_DESCRIPTOR: Final = 24  # bytes, at most, between a member and the directory
_MEMBER_NAME: Final = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff][A-Za-z0-9_.()\u4e00-\u9fff-]{0,199}")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1


def digest_of(content: bytes) -> str:
    """SHA-256 of a file as it came, in hexadecimal digits: the name of the file for ever."""
    return hashlib.sha256(content).hexdigest()


def unpacked(profile: Profile, content: bytes) -> bytes | BadLine:
    """The text that a file holds, or why it is refused. No text begins as a zip file does."""
    is_zip = content.startswith((_LOCAL_HEADER, _END))
    if not content:
        return BadLine(WHOLE_FILE, None, "empty_file")
    if len(content) > MAX_BYTES:
        return BadLine(WHOLE_FILE, None, "too_large")
    if is_zip and "zip" not in profile.packing:
        return BadLine(WHOLE_FILE, None, "zip_not_declared")
    if not is_zip and "plain" not in profile.packing:
        return BadLine(WHOLE_FILE, None, "plain_not_declared")
    text = _member(content) if is_zip else content
    return BadLine(WHOLE_FILE, None, "empty_file") if text == b"" else text


def packed(member: str, text: bytes) -> bytes:
    """A zip file of one member. Equal texts under equal names give equal bytes, on any day."""
    out = BytesIO()
    entry = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, text, compresslevel=6)
    return out.getvalue()


def _member(content: bytes) -> bytes | BadLine:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                return BadLine(WHOLE_FILE, None, "zip_members")
            wrong = _odd(members[0]) or _surrounded(archive, members[0], content)
            return BadLine(WHOLE_FILE, None, wrong) if wrong else _read(archive, members[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        return BadLine(WHOLE_FILE, None, "zip_broken")


def _odd(member: zipfile.ZipInfo) -> str | None:
    if not _MEMBER_NAME.fullmatch(member.filename) or member.filename != member.orig_filename:
        return "zip_member_name"
    if member.is_dir() or stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return "zip_member_name"
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        return "zip_method"
    return "too_large" if member.file_size > MAX_BYTES else None


def _surrounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: bytes) -> str | None:
    """Whether bytes lie before, between or behind, where another reader may find another member."""
    name_length, extra_length = struct.unpack_from("<HH", content, 26)
    member_ends = 30 + name_length + extra_length + member.compress_size
    directory_ends = content.rfind(_END) + 22 + len(archive.comment)
    whole = content.startswith(_LOCAL_HEADER) and member.header_offset == 0
    gap = archive.start_dir - member_ends
    return None if whole and 0 <= gap <= _DATA_DESCRIPTOR and directory_ends == len(content) else "zip_around"


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | BadLine:
    """The member, never more of it than may be read: its own word on its size is not believed."""
    pieces: list[bytes] = []
    size = 0
    with archive.open(member) as source:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > MAX_BYTES:
                return BadLine(WHOLE_FILE, None, "too_large")
            pieces.append(piece)
    return b"".join(pieces)
