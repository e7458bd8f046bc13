"""A folder of files for one period, and the manifest in it that says what they are.

institution: H51010400001        # or agency, or bank
from: 2026-03-02
to: 2026-03-07
layouts: [month-details.yaml]    # more profiles, beside the manifest
profile: 3202-upload-8           # of every file whose name does not begin with `PROFILE--`
files:                           # left out: every file of the folder
  - {file: day.zip, profile: 3202-upload-8, clr_type: "11", legs: legs.tsv}
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.reconciliation.files.details import Scope
from scripts.cli.failures import Usage
from scripts.reconciling.incoming import Incoming

NAME: Final = "manifest.yaml"
_SIGN: Final = "--"
Id = str | int


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listed(_Strict):
    """A file of the folder."""

    file: str
    profile: str | None = None
    clr_type: Id | None = None
    insutype: Id | None = None
    clr_optins: Id | None = None
    legs: str | None = None
    legs_profile: str = "legs-exchange"


class Manifest(_Strict):
    """What is done with a folder. Only one of institution, agency and bank is given."""

    institution: Id | None = None
    agency: Id | None = None
    bank: Id | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    layouts: tuple[str, ...] = ()
    profile: str | None = None
    files: tuple[Listed, ...] | None = None

    def named(self, kind: Literal["institution", "agency", "bank"]) -> str | None:
        """The other side, as a text; YAML takes a code of digits for a number."""
        value = getattr(self, kind)
        return None if value is None else str(value)


def manifest(folder: Path, flags: Mapping[str, Any]) -> Manifest:
    """The manifest of a folder, if it has one, and over it what was given by flags. Raises `Usage`."""
    if not folder.is_dir():
        raise Usage(f"there is no folder {folder}", f"没有目录 {folder}")
    path = folder / NAME
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        return Manifest.model_validate({**(written or {}), **flags})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Usage(f"{path}: {where} cannot be used as it is", f"{path}：{where} 无法使用") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError):
        raise Usage(f"{path} cannot be read as YAML", f"{path} 不是可读的 YAML") from None


def files(folder: Path, found: Manifest) -> Iterator[Incoming]:
    """The files to be taken, in the order of the manifest or of their names. Raises `Usage`."""
    listed = found.files
    if listed is None:
        passed = {NAME, *found.layouts}
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
        listed = tuple(Listed(file=name) for name in names if name not in passed and not name.startswith("."))
    for one in listed:
        profile = one.profile or _profile_in(one.file) or found.profile
        if profile is None:
            raise Usage(
                f"{one.file}: say its profile in {NAME}, or in its name: PROFILE--{one.file}",
                f"{one.file}：请在 {NAME} 或文件名（版式--{one.file}）中指明版式",
            )
        codes = (None if code is None else str(code) for code in (one.clr_type, one.insutype, one.clr_optins))
        legs = None if one.legs is None else folder / one.legs
        yield Incoming(folder / one.file, profile, Scope(*codes), legs, one.legs_profile)


def _profile_in(name: str) -> str | None:
    profile, sign, _ = name.partition(_SIGN)
    return profile if sign else None
