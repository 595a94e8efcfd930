"""An archive while it is written: hire by hire into a ZIP, with what must be complete first kept in files beside it.

Nothing here decides what is declared; it copies what was kept and names it in the manifest.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, cast

from due_workflow import __version__, journal, texts
from due_workflow.adapters import _evidence_form as form
from due_workflow.adapters._evidence_form import CaseLine, FileLine, GoneLine, Header, SealLine
from due_workflow.adapters._evidence_gather import Gatherer, Hire
from due_workflow.adapters._evidence_pages import Pages, contradiction
from due_workflow.adapters._evidence_sheets import Both, HtmlSheet, TextSheet
from due_workflow.adapters._evidence_zip import packed
from due_workflow.clients import ClientFile
from due_workflow.identifiers import scrub
from due_workflow.journal import JournalBroken, Told
from due_workflow.models import Deposit, Filing, FilingStatus
from due_workflow.ports import Entry, Kind, Ref
from due_workflow.receipts import Received, Unreadable
from due_workflow.receiving import raw_of
from due_workflow.records import Held
from due_workflow.workflow import DueWorkflow

_CHUNK = 1024 * 1024


@dataclass(slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        file: where.
        about: "filing:<reference>" or "client:<SIREN>".
        seal: the archive's seal, SHA-256 (hex): noted elsewhere, it proves later that not a byte was changed.
        files, hires, declared: how many of each; declared where no piece contradicts the mode.
        contradicted: how many more are called declared, while a piece says the other mode of their deposit.
        others: how many hires that are not in the archive its messages hold too.
        gone: how many things are not there, by why (purged, not_kept, not_attached, missing).
        broken: the journals that do not hold: they are in the archive as they are, and `verify` tells them.
    """

    file: Path
    about: str
    seal: str = ""
    files: int = 0
    hires: int = 0
    declared: int = 0
    contradicted: int = 0
    others: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class _Spools:
    """What is written little by little while the payload files are: private files on the disk, beside the target."""

    def __init__(self, spools: ExitStack, folder: Path) -> None:
        def new() -> BinaryIO:
            return cast("BinaryIO", spools.enter_context(tempfile.TemporaryFile(dir=folder, prefix=".")))

        self.manifest, self.journals, self.receipts = new(), new(), new()
        self.html, self.text = (new(), new()), (new(), new())


class Archive:
    """One archive while it is written."""

    def __init__(
        self,
        flow: DueWorkflow,
        about: Ref,
        stream: IO[bytes],
        spools: ExitStack,
        folder: Path,
        lang: str,
        by: str,
    ) -> None:
        self.about, self.lang = about, lang
        self.read = Gatherer(flow)
        self.pages = Pages(lang)
        self.zip = spools.enter_context(zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED))
        self.spool = _Spools(spools, folder)
        self.at: datetime = flow.clock.now()
        self.header = Header(
            at=self.at, by=scrub(by), cabinet=flow.cabinet, about=str(about), software=__version__, lang=lang
        )
        # the list of all hires comes first, and is known last: it has files of its own
        self.front, self.back = (Both(HtmlSheet(self.spool.html[n]), TextSheet(self.spool.text[n])) for n in (0, 1))
        self._told: set[str] = set()
        self._others: set[str] = set()
        self._shared: set[str] = set()
        self._seal = hashlib.sha256()

    def write(
        self, path: Path, since: date | None, until: date | None, *, firm: bool, progress: Callable[[int], None]
    ) -> Exported:
        """Everything, in the order of the file."""
        done = self.done = Exported(path, str(self.about))
        self._line(self.header)
        one = self.about.kind is Kind.FILING
        first = self.read.hire(self.about.id) if one else None
        siren = first.held.facts.siren if first is not None else self.about.id
        client = self.read.case(Ref(Kind.CLIENT, siren))
        title = self.pages.phrase("title", about=self.about.id)
        HtmlSheet(self.spool.html[0]).begin(title, self.lang)
        self.pages.opening(self.front, self.about.id, self.header.cabinet, self.at, self.header.by)
        if client is not None:
            self._client(client)
        references = (self.about.id,) if one else self.read.references(siren, since, until)
        self.front.heading(self.pages.phrase("hires"))
        self.front.open_table(self.pages.columns("reference", "hire", "status", "declared_by"))
        for reference in references:
            hire = first or self.read.hire(reference)
            first, done.hires = None, done.hires + 1
            self.front.row(self.pages.line(hire, f"h{done.hires}"))
            self._hire(hire, f"h{done.hires}")
            progress(done.hires)
        self.front.close_table()
        for held in self.read.receipts(siren) if not one else ():
            new = held.ref.id not in self._told
            if isinstance(line := self._receipt(held), GoneLine) and new:
                self._gone(line)
        cabinet = self.read.case(Ref(Kind.CABINET, self.header.cabinet)) if firm else None
        if cabinet is not None:
            self._journal(cabinet)
        self._finish()
        return done

    # ---- the cases

    def _client(self, held: Held) -> None:
        """The client's journal, and every scan that it names: each mandate had its own."""
        client: ClientFile = held.facts
        digests: dict[str, datetime] = {}
        for told in self._journal(held):
            mandate = told.patch.get("mandate")
            if isinstance(mandate, dict) and (digest := mandate.get("document_sha256")):
                digests.setdefault(digest, told.at)
        files: dict[str, str] = {}
        for digest, at in digests.items():
            content = self.read.scan(client.siren, digest)
            if content is None:
                self._gone(GoneLine(what="scan", of=digest, why="missing"))
            else:
                files[digest] = form.scan_name(digest, content)
                self._file(files[digest], content, "scan", at=at, of=client.siren)
        if client.mandate is not None and client.mandate.document_sha256 is None:
            self._gone(GoneLine(what="scan", of=client.siren, why="not_attached"))
        self.pages.client(self.front, client, files)
        self.pages.heads(self.front, [self._head(held)])

    def _hire(self, hire: Hire, at: str) -> None:
        filing = hire.filing
        if filing.status is FilingStatus.DECLARED:
            contradicted = contradiction(hire) is not None
            self.done.contradicted += contradicted
            self.done.declared += not contradicted
        if hire.others:
            self._others |= hire.others
            self._shared.add(filing.reference)
        files: dict[str, str] = {}
        gone: list[GoneLine] = []
        if filing.purged is not None:
            gone.append(GoneLine(what="declaration", of=filing.reference, why="purged", since=filing.purged.at))
        for id, held in hire.deposits.items():
            if id not in self._told:
                self._told.add(id)
                self._journal(held)
            name = form.message_name(id, held.facts.filename)
            content = hire.messages[id]
            if content is not None:
                files[f"message:{id}"] = name
                self._message(name, held.facts, content)
            else:
                gone.append(_no_message(held.facts, filing))
        for held in hire.receipts:
            told = self._receipt(held)
            if isinstance(told, GoneLine):
                gone.append(told)
            else:
                files[f"receipt:{held.ref.id}"] = told
        decided = self._journal(hire.held)
        for line in gone:
            self._gone(line)
        heads = [self._head(held) for held in (hire.held, *hire.deposits.values())]
        self.pages.hire(self.back, hire, at, files, gone, decided, heads)

    def _message(self, name: str, deposit: Deposit, content: bytes) -> None:
        if name not in self.zip.NameToInfo:
            self._file(name, content, "message", at=deposit.handed_at, of=deposit.id, own=deposit.filename)

    def _receipt(self, held: Held) -> str | GoneLine:
        """A receipt as it was kept, and its bytes; the name of their file, or why there are none."""
        kept: Received = held.facts
        raw = raw_of(held.payload_data())
        name = form.receipt_name(kept.receipt.kind, kept.id, raw or b"")
        if kept.id not in self._told:
            self._told.add(kept.id)
            self.spool.receipts.write(kept.__pydantic_serializer__.to_json(kept, exclude_none=True) + b"\n")
            if raw is not None:
                own = kept.receipt.filename
                self._file(name, raw, "receipt", at=kept.received_at, of=kept.id, own=own)
        return name if raw is not None else _no_bytes(kept)

    def _journal(self, held: Held) -> list[Told]:
        """A case's journal, entry by entry, into the archive; what it says. A chain that does not hold is told."""
        entries = list(self.read.entries(held))
        for item in entries:
            self.spool.journals.write(_entry_line(item))
        try:
            if journal.replay(entries)[1:] != (held.seq, held.head):
                self.done.broken.append(str(held.ref))
        except JournalBroken:
            self.done.broken.append(str(held.ref))
        self._line(self._head(held))
        return [journal.read(item) for item in entries]

    @staticmethod
    def _head(held: Held) -> CaseLine:
        return CaseLine(case=str(held.ref), entries=held.seq, head=held.head)

    # ---- the files

    def _finish(self) -> None:
        """The journals, the receipts as kept, the summary, and the manifest last of all."""
        self.pages.closing(self.back)
        HtmlSheet(self.spool.html[1]).end()
        self._stream(form.JOURNALS, "journals", self.spool.journals)
        self._stream(form.RECEIPTS, "receipts", self.spool.receipts)
        name = texts.render("evidence.file", self.lang)
        self._stream(f"{name}.html", "summary", *self.spool.html)
        self._stream(f"{name}.txt", "summary", *self.spool.text)
        self.done.seal = self._seal.hexdigest()
        self.spool.manifest.write(form.written(SealLine(seal=self.done.seal)))
        self._copy(form.MANIFEST, self.at, self.spool.manifest)
        self.done.files = len(self.zip.NameToInfo)
        self.done.others = len(self._others - self._shared)

    def _line(self, line: form.Line) -> None:
        data = form.written(line)
        self._seal.update(data)
        self.spool.manifest.write(data)

    def _gone(self, line: GoneLine) -> None:
        self.done.gone[line.why] = self.done.gone.get(line.why, 0) + 1
        self._line(line)

    def _file(
        self,
        name: str,
        content: bytes,
        what: form.WHATS,
        *,
        at: datetime | None = None,
        of: str,
        own: str | None = None,
    ) -> None:
        self.zip.writestr(_info(name, at or self.at, len(content)), content)
        digest = hashlib.sha256(content).hexdigest()
        self._line(FileLine(file=name, size=len(content), sha256=digest, what=what, at=at, of=of, name=own))

    def _stream(self, name: str, what: form.WHATS, *spools: BinaryIO) -> None:
        size, digest = self._copy(name, self.at, *spools)
        self._line(FileLine(file=name, size=size, sha256=digest, what=what))

    def _copy(self, name: str, at: datetime, *spools: BinaryIO) -> tuple[int, str]:
        size, digest = sum(spool.tell() for spool in spools), hashlib.sha256()
        with self.zip.open(_info(name, at, size), "w") as out:
            for chunk in _chunks(spools):
                digest.update(chunk)
                out.write(chunk)
        return size, digest.hexdigest()


def _chunks(spools: Iterable[BinaryIO]) -> Iterator[bytes]:
    for spool in spools:
        spool.seek(0)
        yield from iter(partial(spool.read, _CHUNK), b"")


def _entry_line(item: Entry) -> bytes:
    line = {"case": str(item.case), "seq": item.seq, "hash": item.hash, "data": bytes(item.data).decode()}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _no_message(deposit: Deposit, filing: Filing) -> GoneLine:
    """Why a deposit has no message: the host sent it by itself, or it was purged with its hires."""
    if deposit.sha256 is None:
        return GoneLine(what="message", of=deposit.id, why="not_kept")
    if filing.purged is not None:
        return GoneLine(what="message", of=deposit.id, why="purged", since=filing.purged.at)
    return GoneLine(what="message", of=deposit.id, why="missing")


def _no_bytes(kept: Received) -> GoneLine:
    """Why a receipt has no bytes: it was purged, or it came without, and its own digest proves what it says."""
    if kept.purged_at is not None:
        return GoneLine(what="receipt", of=kept.id, why="purged", since=kept.purged_at)
    without = isinstance(kept.receipt, Unreadable) or kept.receipt.sha256 != kept.sha256
    return GoneLine(what="receipt", of=kept.id, why="missing" if without else "not_kept")


def _info(name: str, at: datetime, size: int) -> zipfile.ZipInfo:
    info = packed(name, at)
    info.file_size = size  # tells zipfile whether it needs ZIP64
    return info
