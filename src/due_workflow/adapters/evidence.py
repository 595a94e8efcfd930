"""The evidence of a hire or a client as one file, and its check without the database.

`export` writes a ZIP: each message as it was handed to the portal, every receipt's bytes, the mandate with its signed
scan, the journals with their chains, a manifest, and a summary for people. `verify` reads one back and trusts nothing
in it. What is in memory is one hire, whatever the number of hires; a ZIP's own directory of names comes to it (some
0.6 kB a file). The archive holds what the messages hold, names and NIR: its file is readable by its owner only (0600).
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from due_workflow.adapters._evidence_check import verify
from due_workflow.adapters._evidence_found import Fault, HireFound, Verified
from due_workflow.adapters._evidence_gather import Gatherer, meant
from due_workflow.adapters._evidence_write import Archive, Exported
from due_workflow.adapters._evidence_zip import Limits
from due_workflow.ports import Kind
from due_workflow.workflow import DueWorkflow

__all__ = ["Exported", "Fault", "HireFound", "Limits", "Verified", "count", "export", "verify"]


def count(flow: DueWorkflow, what: str, *, since: date | None = None, until: date | None = None) -> int:
    """How many hires an export of `what` will hold; see `export`."""
    ref = meant(flow, what)
    if ref.kind is Kind.FILING:
        return 1
    return sum(1 for _ in Gatherer(flow, waiting=False).references(ref.id, since, until))


def export(
    flow: DueWorkflow,
    what: str,
    target: str | os.PathLike[str],
    *,
    lang: str = "fr",
    by: str = "",
    since: date | None = None,
    until: date | None = None,
    firm: bool = False,
    replace: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write the evidence of one hire, or of a client's hires, into a ZIP; the file appears whole or not at all.

    Args:
        flow: the firm.
        what: a hire's reference (all its attempts), or a client's SIREN or SIRET (all its hires).
        target: the file to write, mode 0600.
        lang: of the summary, "fr" or "en".
        by: who exports; stands in the archive.
        since: of a client, only hires that take place from this Paris day on.
        until: of a client, the last such day.
        firm: the firm's own journal too. It may name other clients, so it is left out unless asked for.
        replace: write over a file of that name.
        progress: called with the number of hires done.

    Raises:
        NotFound: this firm has no such hire or client.
        InputRefused: `what` is a deposit or the firm (`evidence_of_what`).
        FileExistsError: the file is there, and `replace` is not set.
        Conflict: a hire was changed each time that it was read; export again.
        OSError: it cannot be written; what was there is as before. It names the folder where none can be made in it.
    """
    about = meant(flow, what)
    path = Path(target)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not replace:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    with _named(path.parent):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # 0600, O_EXCL
    try:
        with _named(path), os.fdopen(handle, "w+b") as stream, ExitStack() as spools:
            archive = Archive(flow, about, stream, spools, path.parent, lang, by)
            told = archive.write(path, since, until, firm=firm, progress=progress)
            stream.flush()
            os.fsync(stream.fileno())
        with _named(path):
            Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return told


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """What cannot be written is told by a name that was asked for, never by that of a file it is written into first.

    Raises:
        OSError: as it was raised, with that name.
    """
    try:
        yield
    except OSError as error:
        if not isinstance(error.filename, str) or Path(error.filename).name.startswith("."):
            error.filename, error.filename2 = str(path), None
        raise
