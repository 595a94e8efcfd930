"""jedeclare as a portal: pieces collected over Communication V2, files left in a folder, client files to begin with.

Listing marks nothing; giving a piece marks it *récupérée* for every other software of the firm, so a piece is asked for
only by `fetch`. What cannot be affirmed of a deposit is not affirmed. A password is asked for when it is needed, and
told nowhere. Extra `http`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from due_workflow.adapters import _jedeclare_soap as soap
from due_workflow.adapters import upload
from due_workflow.adapters._envelope import No
from due_workflow.adapters._jedeclare_files import ClientFiles, KnownClient, listed
from due_workflow.adapters._jedeclare_service import Service
from due_workflow.adapters._jedeclare_settings import JedeclareAddresses, JedeclareCredentials, JedeclareSettings
from due_workflow.adapters._line import LineSettings, LineTrouble
from due_workflow.adapters.avis import JEDECLARE, AvisFormat, read_avis
from due_workflow.adapters.folder import FolderDeposit, Manifest, ads_of, instant_of
from due_workflow.base import doors
from due_workflow.calendar import paris_day
from due_workflow.errors import CannotTell, InputRefused, NotSent, PartialListing, PieceUnavailable, Problem
from due_workflow.identifiers import shown
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.models import Submission
from due_workflow.ports import Parcel, PieceRef
from due_workflow.receipts import Ads, Mode, Receipt, Unreadable

_EVERY_STATE = "01"
KINDS = {"00": "ads", "01": "acs", "02": "ars", "03": "reception", "04": "eml"}
"""The words of `PieceRef.kind`, by the service's own numbers; a number that is not known is its own word."""
_NUMBERS = {word: number for number, word in KINDS.items()}
_MOST_PAGES = 1000
_LOOKED_BACK = 18
"""Months that are listed where nothing was collected before: one window of the service."""
_FIRST = datetime(2000, 1, 2, tzinfo=UTC)
"""No piece is older."""
_OF_THE_PIECE = frozenset({"jedeclare_unavailable", "jedeclare_not_yours", "jedeclare_compression"})


@doors
class JedeclarePortal:
    """Collects from one account at jedeclare and leaves its files in a folder for the firm's transport.

    One instance serves any number of threads. Several accounts are several instances: numbers are unique in one only.

    Args:
        account: the firm's account, by which its pieces are known here.
        addresses: where the services are.
        credentials: gives the login each time something is asked; the environment by default.
        deposit: the folder that files are left in; None where this account only collects.
        settings: procedures, windows, what is collected, how often it is tried.
        line: proxy, certificates, time limits; the software's name, version and editor, told to the service too.
        form: how the message is written.
        avis: the names inside a piece.
        recipient: whose ARS decides.
        clock: the present instant.

    Raises:
        InputRefused: an address or a setting cannot be used.
    """

    name = "jedeclare"

    def __init__(
        self,
        account: str,
        addresses: JedeclareAddresses,
        credentials: Callable[[], JedeclareCredentials] = JedeclareCredentials.from_env,
        *,
        deposit: FolderDeposit | None = None,
        settings: JedeclareSettings | None = None,
        line: LineSettings | None = None,
        form: MessageFormat = STANDARD,
        avis: AvisFormat = JEDECLARE,
        recipient: str = "CIRSO",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account, self.addresses, self.recipient = account, addresses, recipient
        self.outgoing, self.form, self.avis = deposit, form, avis
        self.settings = settings or JedeclareSettings()
        self.parallel, self._clock = self.settings.parallel, clock
        asks = self.settings.tries, self.settings.pause
        self._service = Service(self.name, addresses, credentials, line or LineSettings(), *asks)

    def __repr__(self) -> str:
        return f"JedeclarePortal({self.account!r})"

    # ---- deposit

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        """The file's name tells the outgoing folder. See `due_workflow.ports.Portal.render`.

        Raises:
            InputRefused: with everything that the message lacks.
        """
        name = self.outgoing.label() if self.outgoing is not None else "due"
        return upload.parcel(submissions, mode, self.form, name)

    def deposit(self, parcel: Parcel) -> Ads | None:
        """Leave the file in the folder; the ADS comes as a piece.

        Raises:
            NotSent: it was never to be seen in the folder, and never will be; or there is no folder.
            PortalFailure: the same parcel was handed over before, or it is not known whether it was to be seen.
        """
        if self.outgoing is None:
            raise NotSent("jedeclare_no_folder")
        self.outgoing.deposit(parcel)
        return None

    def find(self, parcel: Parcel) -> Ads | None:
        """None: the file was never to be seen in the folder. An ADS: the transport told a reference that is listed.

        No list names the file of a deposit, so nothing else can be affirmed; an ADS that is collected says it.

        Raises:
            CannotTell: the file was to be seen, and no ADS of it is known.
            LineTrouble: the account cannot be asked now, of this deposit as of any other.
        """
        if self.outgoing is None:
            raise CannotTell("jedeclare_no_folder")
        told = self.outgoing.find(parcel)
        if told is None:
            return None
        if not told.ref:
            raise CannotTell("folder_no_ads")
        ads = ads_of(told, self.name, self.account)
        if not self._knows(told):
            raise CannotTell(f"jedeclare_ads_not_listed: {told.ref}")
        return ads

    def _knows(self, told: Manifest) -> bool:
        """Whether the reference is listed; a procedure that is refused hides no other."""
        begin = min(paris_day(instant_of(told, "handed_at")), paris_day(instant_of(told, "ref_at")))
        refused = dict[str, LineTrouble]()
        for procedure in self.settings.procedures:
            try:
                for first, last in self._windows(begin - timedelta(days=1)):
                    lines = self._listed(procedure, first, last, _NUMBERS["ads"])
                    if any(line is not None and line.ads == told.ref for line in lines):
                        return True
            except LineTrouble as trouble:
                if trouble.code != "jedeclare_procedure":
                    raise
                refused[procedure] = trouble.anew()
        if len(refused) == len(set(self.settings.procedures)):
            raise list(refused.values())[-1]
        if refused:
            raise CannotTell(f"jedeclare_procedure: {', '.join(map(shown, refused))}")
        return False

    # ---- collection

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:  # noqa: ARG002
        """Every piece listed since then, each once, those that were retrieved before too. It marks nothing.

        A procedure that is refused keeps no other back.

        Raises:
            LineTrouble: nothing could be listed.
            PartialListing: a part could not, told when all others were listed.
        """
        s, seen = self.settings, set[PieceRef]()
        failed: dict[str, LineTrouble] = {}
        nameless = 0
        for procedure in s.procedures:
            try:
                for first, last in self._windows(self._begin(since)):
                    for line in self._listed(procedure, first, last, s.listing):
                        nameless += line is None
                        piece = None if line is None else self._ref(line)
                        if piece is not None and piece not in seen and piece.kind in s.kinds:
                            seen.add(piece)
                            yield piece
            except LineTrouble as trouble:
                failed[procedure] = trouble.anew()
                if trouble.code == "portal_login":
                    break
        if failed:
            last_one = list(failed.values())[-1]
            if len(failed) == len(s.procedures) or last_one.code == "portal_login":
                raise last_one
            raise PartialListing(f"{last_one.code}: {', '.join(map(shown, failed))}, {last_one.detail}")
        if nameless:
            raise PartialListing(f"jedeclare_nameless: {nameless}")

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        """Have the service give one piece, which marks it *récupérée*; it is given again when asked again.

        Raises:
            PieceUnavailable: the service does not give this one (codes 07 and 08), or gives another.
            LineTrouble: the line or the service failed.
        """
        number, why, data = _NUMBERS.get(piece.kind, piece.kind), "", b""
        fields = (("mimeTypeReponse", "application/gzip"), ("numero", piece.number), ("typePiece", number))
        try:
            data = soap.piece(self._service.asked("DemandeAccuse", "RequeteDemandePiece", fields), piece.number, number)
        except No:
            why = "portal_no_document"
        except LineTrouble as trouble:
            if trouble.code not in _OF_THE_PIECE:
                raise
            why = trouble.code
        if why:
            raise PieceUnavailable(f"{why}: {piece.kind.upper()} {shown(piece.number)}")
        return read_avis(
            bytes(data),
            portal=self.name,
            account=self.account,
            recipient=self.recipient,
            piece=piece.number,
            form=self.avis,
        )

    def _ref(self, line: soap.Item) -> PieceRef:
        # its number names it in the account; the numéro ADS beside it may be told later, and makes no other piece of it
        return PieceRef(self.name, self.account, KINDS.get(line.kind, line.kind), line.number)

    def _begin(self, since: datetime | None) -> date:
        if since is not None:
            return paris_day(max(since, _FIRST + self.settings.reach) - self.settings.reach)
        return self.settings.start or _months_on(paris_day(self._clock()), -_LOOKED_BACK) + timedelta(days=1)

    def _windows(self, begin: date) -> Iterator[tuple[date, date]]:
        """The days from `begin` to today, both in, in windows that the service takes."""
        today = paris_day(self._clock())
        first = min(begin, today)
        while first <= today:
            last = min(_months_on(first, self.settings.months) - timedelta(days=1), today)
            yield first, last
            first = last + timedelta(days=1)

    def _listed(self, procedure: str, first: date, last: date, listing: str) -> list[soap.Item | None]:
        fields = [
            ("dateDebut", soap.day(first)),
            ("dateFin", soap.day(last)),
            ("statutPiece", _EVERY_STATE),
            ("typeDeListe", listing),
            ("typeProcedure", procedure),
        ]
        if self.settings.file:
            fields.append(("identifiantDossier", self.settings.file))
        answer = self._service.asked("ListeDisponibiliteV2", "RequeteListe", fields)
        with suppress(No):
            return soap.items(answer, self.settings.bare_is_none)
        raise LineTrouble(self.name, "jedeclare_no_pieces", left=True, status=200)

    # ---- client files

    def client_files(self) -> ClientFiles:
        """The firm's client files there, to begin with: SIREN, name and main SIRET of each.

        Raises:
            LineTrouble: they cannot be had, or what is answered is no such list.
            InputRefused: no address of the client files is set.
        """
        if not self.addresses.files:
            raise InputRefused("jedeclare_no_files_address")
        whose = quote(self.settings.account_id or self.account, safe="")
        address = f"{self.addresses.files.rstrip('/')}/{whose}/dossierClient"
        clients: dict[tuple[str, str, str | None], KnownClient] = {}
        problems: dict[tuple[str, str], Problem] = {}
        for page in range(1, _MOST_PAGES + 1):
            before = len(clients) + len(problems)
            for line in self._page(f"{address}?{quote(self.settings.page)}={page}" if self.settings.page else address):
                if isinstance(line, Problem):
                    problems[line.where if not self.settings.page else f"{page}/{line.where}", line.code] = line
                else:
                    clients[line.number, line.siren, line.siret] = line
            if not self.settings.page or len(clients) + len(problems) == before:
                break
        return ClientFiles(tuple(clients.values()), tuple(problems.values()))

    def close(self) -> None:
        """Close what connections were kept, and forget that a login was refused; another call begins anew."""
        self._service.close()

    def _page(self, address: str) -> list[KnownClient | Problem]:
        body, host = self._service.got(address)
        why = ""
        try:
            return list(listed(body))
        except No as no:
            why = str(no)
        raise LineTrouble(self.name, "jedeclare_no_list", f"{host}, {why}", left=True)


def _months_on(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(years, month + 1, 1)
    following = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


__all__ = [
    "ClientFiles",
    "JedeclareAddresses",
    "JedeclareCredentials",
    "JedeclarePortal",
    "JedeclareSettings",
    "KnownClient",
    "LineSettings",
    "LineTrouble",
]
