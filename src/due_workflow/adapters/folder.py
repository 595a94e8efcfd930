"""A folder as the way to a portal: files left for a transport to take, and the pieces that it brings back.

How a file appears is `_folder_outgoing`'s affair, how one is read `_folder_incoming`'s; here both make a portal.
Nothing here decides what becomes of a deposit. Extra `avis`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from due_workflow.adapters import upload
from due_workflow.adapters._envelope import No
from due_workflow.adapters._folder_incoming import Incoming
from due_workflow.adapters._folder_manifests import Manifest
from due_workflow.adapters._folder_outgoing import FolderDeposit
from due_workflow.adapters.avis import instant
from due_workflow.base import doors
from due_workflow.errors import CannotTell
from due_workflow.identifiers import named
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.models import Submission
from due_workflow.ports import Parcel, PieceRef
from due_workflow.receipts import Ads, Mode, Receipt, Unreadable

_LONGEST_REF = 120
"""Characters of a reference, as of one that a piece tells."""


@doors
class FolderPortal:
    """A portal behind two folders: one from which a transport takes the files, one to which it brings the pieces.

    Args:
        account: the firm's account at the portal.
        deposit: the outgoing folder.
        incoming: the folder of pieces, or how it is read.
        name: the portal's name.
        recipient: whose ARS decides.
        form: how the message is written.
    """

    parallel = 1

    def __init__(
        self,
        account: str = "",
        *,
        deposit: FolderDeposit,
        incoming: Incoming | str | Path,
        name: str = "jedeclare",
        recipient: str = "CIRSO",
        form: MessageFormat = STANDARD,
    ) -> None:
        self.name, self.account, self.recipient, self.form = name, account, recipient, form
        self.outgoing = deposit
        self.incoming = incoming if isinstance(incoming, Incoming) else Incoming(Path(incoming))

    def __repr__(self) -> str:
        return f"FolderPortal({self.name!r}, {self.account!r})"

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        """The file's name tells the outgoing folder. See `due_workflow.ports.Portal.render`."""
        return upload.parcel(submissions, mode, self.form, self.outgoing.label())

    def deposit(self, parcel: Parcel) -> Ads | None:
        """Leave it for the transport; the ADS comes as a piece. See `due_workflow.ports.Portal.deposit`."""
        self.outgoing.deposit(parcel)
        return None

    def find(self, parcel: Parcel) -> Ads | None:
        """None: it was never to be seen in the folder; an ADS where the transport told its reference.

        See `due_workflow.ports.Portal.find`.
        """
        told = self.outgoing.find(parcel)
        if told is None:
            return None
        if not told.ref:
            raise CannotTell("folder_no_ads")
        return ads_of(told, self.name, self.account)

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:  # noqa: ARG002
        """Every file that lies in the incoming folder, whatever its date. See `due_workflow.ports.Portal.available`."""
        for number, stamp in self.incoming.listed():
            yield PieceRef(self.name, self.account, "file", number, stamp)

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        """Read one file. See `due_workflow.ports.Portal.fetch`."""
        context: dict[str, Any] = {"portal": self.name, "account": self.account, "recipient": self.recipient}
        return self.incoming.read(piece.number, piece.stamp, **context)


def ads_of(told: Manifest, portal: str, account: str) -> Ads:
    """The ADS that a transport's word amounts to.

    Raises:
        CannotTell: what it wrote into the manifest is no reference, no instant or no mode; the field is named.
    """
    ref, mode = told.ref.strip(), told.mode.strip()
    if not (0 < len(ref) <= _LONGEST_REF and ref.isprintable()) or named(ref) != ref:
        raise CannotTell("folder_manifest_said: ref")
    if mode not in set(Mode):
        raise CannotTell("folder_manifest_said: mode")
    return Ads(
        portal_ref=ref,
        issued_at=instant_of(told, "ref_at"),
        portal=portal,
        account=account,
        mode=Mode(mode),
        filename=told.file,
        sirets=(told.siret,),
        count=len(told.submissions),
    )


def instant_of(told: Manifest, field: Literal["handed_at", "ref_at"]) -> datetime:
    """An instant in a manifest: ISO 8601 or JJ/MM/AAAA with an hour or without; without a zone it is Paris's.

    Raises:
        CannotTell: it is none; the field is named.
    """
    text: str = getattr(told, field)
    try:
        return instant(text)
    except No:
        pass
    raise CannotTell(f"folder_manifest_said: {field}")


__all__ = ["FolderDeposit", "FolderPortal", "Incoming", "Manifest", "ads_of", "instant_of"]
