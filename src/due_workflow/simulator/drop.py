"""The folder in which a firm's files are left for jedeclare: what lies there is taken when somebody looks.

``<drop>/[<account>/]TEST|REAL/<file>``: the folder's name is the mode that the sender means. Files whose names begin
with a dot or end in ``.tmp`` or ``.part`` are not finished; those of other kinds (a manifest) are passed over. What was
taken stays where it is and is taken again only when it is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from due_workflow.simulator.call import TooLarge, unfolded
from due_workflow.simulator.ledger import Taken
from due_workflow.simulator.messages import Unusable
from due_workflow.simulator.settings import BadSetting
from due_workflow.simulator.world import World

MODES = {"TEST": "test", "REAL": "real", "REEL": "real"}
_KINDS = (".xml", ".gz", ".due")


Acknowledge = Callable[[str, str, datetime], object]
"""What a transport tells of a file that it took: its name, the portal's reference, the instant."""


class Drop:
    """One folder and the account that its files belong to, unless a folder on the way names another.

    Raises:
        BadSetting: there is no such folder.
    """

    def __init__(self, world: World, folder: Path, account: str, acknowledge: Acknowledge | None = None) -> None:
        self.world, self.folder, self.account, self.acknowledge = world, folder, account, acknowledge
        if not folder.is_dir():
            raise BadSetting(f"drop: no folder {folder}")
        self._known: dict[tuple[str, int, int], None] = {}

    def scan(self) -> list[Taken]:
        """Take what is new; what is no message is passed over once and for all."""
        taken = []
        with self.world.lock:
            for path, mode, account in sorted(self._files()):
                try:
                    stat, data = path.stat(), path.read_bytes()
                    key = (str(path), stat.st_mtime_ns, stat.st_size)
                    if key in self._known or stat.st_size > self.world.settings.largest:
                        continue
                    self._known[key] = None
                    message = unfolded(data, self.world.settings.largest) if data[:2] == b"\x1f\x8b" else data
                    taken.append(self.world.take("jedeclare", account, message, data, path.name, mode))
                except (OSError, Unusable, TooLarge, ValueError):
                    continue
        if (tell := self.acknowledge) is not None:
            for each in taken:
                if "lost_ads" not in each.faults:
                    tell(each.filename, each.portal_ref, each.taken_at)
        return taken

    def forget(self) -> None:
        """Take everything anew at the next scan."""
        self._known.clear()

    def _files(self) -> Iterator[tuple[Path, str, str]]:
        for path in self.folder.rglob("*"):
            inner = path.relative_to(self.folder).parts
            hidden = any(part.startswith(".") for part in inner) or path.suffix in (".tmp", ".part")
            if hidden or path.suffix.lower() not in _KINDS or path.is_symlink() or not path.is_file():
                continue
            mode = next((MODES[part.upper()] for part in inner[:-1] if part.upper() in MODES), "")
            names = [part for part in inner[:-1] if part.upper() not in MODES]
            yield path, mode, names[0] if names else self.account
