"""The check of an archive without the database: digests, chains, and whether what is declared follows from receipts.

It goes from the seal inwards: the manifest, each file's bytes, each journal's chain, each receipt against its own name
and read anew, each hire against its receipts. What does not hold is a `Fault` that names its file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby

from due_workflow import journal
from due_workflow.adapters import _evidence_form as form
from due_workflow.adapters._evidence_form import CaseLine, FileLine, GoneLine, Header, SealLine
from due_workflow.adapters._evidence_found import Fault, Verified
from due_workflow.adapters._evidence_hire import Judge, mode_key
from due_workflow.adapters._evidence_index import Index
from due_workflow.adapters._evidence_reread import READERS, Reread, told_again
from due_workflow.adapters._evidence_zip import Damaged, Limits, Opened, lines
from due_workflow.errors import InputRefused
from due_workflow.identifiers import shown
from due_workflow.journal import JournalBroken
from due_workflow.models import Filing
from due_workflow.ports import Entry, Kind, Ref, Sealed
from due_workflow.receipts import Received, Unreadable


def verify(
    file: str | os.PathLike[str],
    *,
    head: str | None = None,
    limits: Limits | None = None,
    readers: Sequence[Reread] = READERS,
) -> Verified:
    """Check an archive by itself: no database, nothing unpacked onto the disk under a name of the archive's.

    What it proves: the files are those of the manifest, the journals are whole chains, the receipts and messages are
    those that the journals name, and what is declared follows from the receipts. What it does not prove: whoever can
    write the file can make all of it anew, unless its seal, or a journal's head, was noted elsewhere before: `head`.

    Args:
        file: the archive.
        head: a hash (SHA-256, hex) noted elsewhere: the archive's seal, or any entry of its journals.
        limits: what is taken at most.
        readers: how receipts are read anew from their bytes.

    Raises:
        InputRefused: it is no archive of ours, or one that nobody should unpack.
        OSError: it cannot be read.
    """
    with Opened(file, limits or Limits()) as opened, closing(Index()) as index:
        return _Check(opened, index, (head or "").strip().lower(), readers).run()


class _Check:
    """One check."""

    def __init__(self, opened: Opened, index: Index, head: str, readers: Sequence[Reread]) -> None:
        self.opened, self.index, self.wanted, self.readers = opened, index, head, readers
        self.found = Verified()
        self.scans: set[str] = set()

    def fault(self, where: str, code: str, **facts: object) -> None:
        self.found.fault_count += 1
        if len(self.found.faults) < self.opened.limits.faults:
            self.found.faults.append(Fault(where, code, facts))

    def run(self) -> Verified:
        self._manifest()
        self._files()
        self._cases()
        self._receipts()
        self._scans()
        self._hires()
        if self.wanted and self.found.head is None:
            self.fault(form.MANIFEST, "head_unknown", head=shown(self.wanted, 64))
        return self.found

    # ---- the manifest

    def _manifest(self) -> None:
        """Every line, and the seal over them."""
        if form.MANIFEST not in self.opened.names:
            raise InputRefused("evidence_not_ours")
        digest, sealed, number = hashlib.sha256(), "", 0
        try:
            for number, data in enumerate(lines(self.opened.chunks(form.MANIFEST), self.opened.limits.line), 1):
                if sealed:
                    self.fault(form.MANIFEST, "after_seal", line=number)
                    break
                try:
                    line = form.read_line(data)
                except InputRefused:
                    line = None
                if number == 1 and not isinstance(line, Header):
                    raise InputRefused("evidence_not_ours")
                if isinstance(line, SealLine):
                    sealed = line.seal
                    continue
                digest.update(data + b"\n")
                if line is None or (number > 1 and isinstance(line, Header)):
                    self.fault(form.MANIFEST, "line", line=number)
                else:
                    self._told(line)
        except Damaged:
            self.fault(form.MANIFEST, "damaged")
            if not number:
                raise InputRefused("evidence_not_ours") from None
        self.found.seal = digest.hexdigest()
        if sealed != self.found.seal:
            self.fault(form.MANIFEST, "seal")
        elif self.wanted == sealed:
            self.found.head = "seal"

    def _told(self, line: form.Line) -> None:
        new = True
        match line:
            case Header():
                self.found.header = line
            case FileLine():
                new = self.index.add_file(line)
            case CaseLine():
                new = self.index.add("head", line.case, f"{line.entries} {line.head}")
            case GoneLine():
                self.index.add("gone", f"{line.what}:{line.of}", line.why)
                self.found.gone[line.why] = self.found.gone.get(line.why, 0) + 1
        if not new:
            self.fault(form.MANIFEST, "named_twice", name=shown(getattr(line, "file", getattr(line, "case", "")), 120))

    # ---- the files

    def _files(self) -> None:
        """Each file's bytes; the journals and the receipts are read on the way."""
        for name, size in self.opened.names.items():
            if name == form.MANIFEST:
                self._packed(name, None)
                continue
            line = self.index.file(name)
            if line is None:
                self.fault(name, "unnamed")
                continue
            self._packed(name, line.at)
            self.found.files += 1
            digest = hashlib.sha256()
            try:
                if line.what in ("journals", "receipts"):
                    read = self._journals if line.what == "journals" else self._kept
                    read(name, lines(_through(digest, self.opened.chunks(name)), self.opened.limits.line))
                else:
                    for chunk in self.opened.chunks(name):
                        digest.update(chunk)
            except Damaged:
                self.fault(name, "damaged")
                continue
            if (size, digest.hexdigest()) != (line.size, line.sha256):
                self.fault(name, "digest")
        for line in self.index.files():
            if line.file not in self.opened.names:
                self.fault(line.file, "file_missing")

    def _packed(self, name: str, at: datetime | None) -> None:
        """What the ZIP itself tells of a file: its date is in the manifest, the rest is always the same."""
        if self.found.header is not None and self.opened.foreign(name, at or self.found.header.at):
            self.fault(name, "zip_metadata")

    def _journals(self, name: str, found: Iterator[bytes]) -> None:
        """Each case's chain recomputed entry by entry, and folded to its facts."""
        entries = (entry for data in found if (entry := self._entry(name, data)) is not None)
        for case, chain in groupby(entries, key=lambda entry: entry.case):
            if self.index.get("facts", str(case)) is not None:
                self.fault(name, "case_twice", case=shown(str(case), 120))
                continue
            try:
                facts, seq, head = journal.replay(self._seen(chain))
            except JournalBroken as broken:
                self.fault(name, broken.code, **broken.facts)
                continue
            except (ValueError, TypeError, KeyError, RecursionError):
                self.fault(name, "entry", case=shown(str(case), 120))
                continue
            self.index.add("facts", str(case), json.dumps(facts))
            if self.index.get("head", str(case)) != f"{seq} {head}":
                self.fault(name, "journal_head", case=shown(str(case), 120), seq=seq)

    def _entry(self, name: str, data: bytes) -> Entry | None:
        try:
            line = json.loads(data)
            kind, _, id = line["case"].partition(":")
            return Entry(Ref(Kind(kind), id), int(line["seq"]), Sealed(line["data"].encode()), str(line["hash"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.fault(name, "line", line=self.found.entries + 1)
            return None

    def _seen(self, chain: Iterator[Entry]) -> Iterator[Entry]:
        for entry in chain:
            self.found.entries += 1
            if self.wanted and self.wanted == entry.hash and self.found.head is None:
                self.found.head = f"journal {shown(str(entry.case), 120)} {entry.seq}"
            if entry.case.kind is Kind.CLIENT:
                mandate = journal.read(entry).patch.get("mandate")
                if isinstance(mandate, dict) and isinstance(mandate.get("document_sha256"), str):
                    self.scans.add(mandate["document_sha256"])
            yield entry

    def _kept(self, name: str, found: Iterator[bytes]) -> None:
        """Each receipt as it was kept, against its own name: portal, account, kind, reference, number and bytes."""
        for number, data in enumerate(found, 1):
            try:
                kept = Received.model_validate_json(data)
            except (InputRefused, ValueError, RecursionError):
                self.fault(name, "line", line=number)
                continue
            self.found.receipts += 1
            self._mode(kept)
            # its bytes have a file of their own; here they would be taken for the digest of what was kept
            if (
                kept.receipt.raw
                or kept.receipt.named(kept.sha256) != kept.id
                or not self.index.add("receipt", kept.id, data.decode())
            ):
                self.fault(name, "receipt_name", receipt=shown(kept.id))
                continue
            self.index.reach(kept.id, kept.reached)

    def _mode(self, kept: Received) -> None:
        """Note which mode a receipt says its deposit has."""
        paper = kept.receipt
        if not isinstance(paper, Unreadable) and paper.mode is not None:
            self.index.add(
                "mode", mode_key(paper.portal, paper.account, paper.portal_ref, paper.mode, paper.kind), kept.id
            )

    # ---- what the files say together

    def _cases(self) -> None:
        for case, head in self.index.every("head"):
            if self.index.get("facts", case) is None and not head.startswith("0 "):
                self.fault(form.JOURNALS, "case_missing", case=shown(case, 120))
        for case, _ in self.index.every("facts"):
            if self.index.get("head", case) is None:
                self.fault(form.JOURNALS, "case_unnamed", case=shown(case, 120))
        about = self.found.header.about if self.found.header else ""
        if self.index.get("facts", about) is None:
            self.fault(form.JOURNALS, "about_missing", case=shown(about, 120))

    def _receipts(self) -> None:
        """Each receipt's bytes against the digest that it was kept under, and read anew."""
        for line in self.index.files("receipt"):
            if self.index.get("receipt", line.of) is None:
                self.fault(line.file, "receipt_unknown")
        for id, text in self.index.every("receipt"):
            kept = Received.model_validate_json(text)
            own = self.index.file_of("receipt", id)
            if own is not None:
                self._again(own, kept)
            elif kept.purged_at is None and (
                isinstance(kept.receipt, Unreadable) or kept.receipt.sha256 != kept.sha256
            ):
                self.fault(form.RECEIPTS, "bytes_missing", receipt=id)

    def _again(self, line: FileLine, kept: Received) -> None:
        if line.sha256 != kept.sha256:
            self.fault(line.file, "receipt_digest")
            return
        try:
            raw = self.opened.whole(line.file) if line.file in self.opened.names else None
        except Damaged:
            raw = None  # told with the files
        if raw is None or isinstance(kept.receipt, Unreadable):
            return
        refuted = told_again(raw, kept, self.readers)
        if refuted is None:
            self.found.unread += 1
            return
        if not refuted:
            self.found.reread += 1
        if "mode" in refuted:
            self.fault(line.file, "says_other_mode", found=refuted.pop("mode"))
        if refuted:
            self.fault(line.file, "says_otherwise", what=list(refuted))

    def _scans(self) -> None:
        for line in self.index.files("scan"):
            if line.sha256 not in self.scans:
                self.fault(line.file, "scan_unknown")
        for digest in sorted(self.scans):
            if not any(line.sha256 == digest for line in self.index.files("scan")):
                self.fault(form.JOURNALS, "scan_missing", digest=shown(digest, 64))

    def _hires(self) -> None:
        judge = Judge(self.index, self.fault)
        for line in self.index.files("message"):
            judge.message(line, self.opened)
        for case, facts in self.index.every("facts", "filing:"):
            try:
                filing = Filing.model_validate(json.loads(facts))
            except InputRefused:
                self.fault(form.JOURNALS, "facts", case=shown(case, 120))
                continue
            self.found.hires.append(judge.hire(filing))


def _through(digest: hashlib._Hash, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
