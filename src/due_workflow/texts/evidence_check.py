"""What a check of an evidence archive finds, and what `due-workflow evidence` says. Help and options are rich markup."""

from __future__ import annotations

EVIDENCE_CHECK: dict[str, tuple[str, str]] = {
    # ---- what a check finds
    "evidence.fault.seal": (
        "le sceau ne correspond pas: le manifeste a été modifié ou coupé.",
        "the seal does not fit: the manifest was changed or cut.",
    ),
    "evidence.fault.after_seal": (
        "la ligne {line} suit le sceau, qui doit être la dernière.",
        "line {line} follows the seal, which must be the last.",
    ),
    "evidence.fault.line": ("la ligne {line} est illisible.", "line {line} cannot be read."),
    "evidence.fault.named_twice": ("{name} y figure deux fois.", "{name} stands in it twice."),
    "evidence.fault.damaged": (
        "le fichier ne peut pas être lu: il est abîmé.",
        "the file cannot be read: it is damaged.",
    ),
    "evidence.fault.unnamed": (
        "ce fichier n'est pas dans le manifeste: il a été ajouté.",
        "this file is not in the manifest: it was added.",
    ),
    "evidence.fault.digest": (
        "le contenu n'est pas celui du manifeste: il a été modifié.",
        "its content is not that of the manifest: it was changed.",
    ),
    "evidence.fault.file_missing": (
        "le manifeste nomme ce fichier, et il manque.",
        "the manifest names this file, and it is missing.",
    ),
    "evidence.fault.entry": (
        "une écriture du journal {case} est illisible.",
        "an entry of the journal {case} cannot be read.",
    ),
    "evidence.fault.case_twice": ("le journal {case} y figure deux fois.", "the journal {case} stands in it twice."),
    "evidence.fault.case_missing": ("le journal {case} manque.", "the journal {case} is missing."),
    "evidence.fault.case_unnamed": (
        "le journal {case} n'est pas dans le manifeste.",
        "the journal {case} is not in the manifest.",
    ),
    "evidence.fault.about_missing": (
        "le dossier annonce {case}, dont le journal manque.",
        "the archive is about {case}, whose journal is missing.",
    ),
    "evidence.fault.receipt_name": (
        "l'avis {receipt} ne porte pas le nom que donnent son contenu et son empreinte.",
        "receipt {receipt} does not have the name that its content and digest give.",
    ),
    "evidence.fault.receipt_unknown": (
        "aucun avis enregistré ne correspond à ce fichier.",
        "no receipt that was kept belongs to this file.",
    ),
    "evidence.fault.bytes_missing": (
        "les octets de l'avis {receipt} manquent, et aucun effacement n'est enregistré.",
        "the bytes of receipt {receipt} are missing, and no erasure is recorded.",
    ),
    "evidence.fault.receipt_digest": (
        "ces octets ne sont pas ceux de l'avis reçu.",
        "these bytes are not those of the receipt that came.",
    ),
    "evidence.fault.says_otherwise": (
        "relu, cet avis ne dit pas ce qui en a été retenu ({what:word:reread}).",
        "read again, this receipt does not say what was kept of it ({what:word:reread}).",
    ),
    "evidence.fault.says_other_mode": (
        "relu, cet avis dit le mode {found:word:mode}, et receipts.jsonl n'en a pas retenu ce mode.",
        "read again, this receipt says {found:word:mode} mode, and that is not the mode that receipts.jsonl keeps of it.",
    ),
    "reread.kind": ("sa nature", "its kind"),
    "reread.portal_ref": ("le numéro du dépôt", "the deposit's number"),
    "reread.issued_at": ("la date d'émission", "the date of issue"),
    "reread.count": ("le nombre de déclarations", "the number of declarations"),
    "reread.verdicts": ("ce qu'il dit de chaque déclaration", "what it says of each declaration"),
    "reread.words": ("les mots du portail", "the portal's words"),
    "reread.sirets": ("les SIRET", "the SIRETs"),
    "reread.deposited_as": ("le nom du fichier déposé", "the name of the file deposited"),
    "evidence.fault.scan_unknown": (
        "aucun mandat du journal ne nomme ce document.",
        "no mandate of the journal names this document.",
    ),
    "evidence.fault.scan_missing": (
        "le journal nomme un document de mandat qui manque (SHA-256 {digest}).",
        "the journal names a mandate's document that is missing (SHA-256 {digest}).",
    ),
    "evidence.fault.facts": (
        "le journal {case}, rejoué, ne donne pas un dossier lisible.",
        "the journal {case}, replayed, gives no case that can be read.",
    ),
    "evidence.fault.message_unknown": (
        "aucun dépôt du journal ne correspond à ce message.",
        "no deposit of the journal belongs to this message.",
    ),
    "evidence.fault.message_digest": (
        "ce message n'est pas celui que nomme le journal du dépôt {deposit}.",
        "this message is not the one that the journal of deposit {deposit} names.",
    ),
    "evidence.fault.message_mode": (
        "ce message est en mode {found:word:mode}, le dépôt {deposit} en mode {expected:word:mode}.",
        "this message is in {found:word:mode} mode, deposit {deposit} in {expected:word:mode} mode.",
    ),
    "evidence.fault.message_missing": (
        "le message du dépôt {deposit} manque, et aucun effacement n'est enregistré.",
        "the message of deposit {deposit} is missing, and no erasure is recorded.",
    ),
    "evidence.fault.deposit_missing": (
        "le dépôt {deposit} de l'envoi {submission} manque, ou ne le contient pas.",
        "deposit {deposit} of attempt {submission} is missing, or does not hold it.",
    ),
    "evidence.fault.mode_contradicted": (
        "le portail dit avoir pris le dépôt {deposit} en mode {found:word:mode}, et non {expected:word:mode}; une réponse qui "
        "ne dit pas son mode ne peut rien en déclarer.",
        "the portal says that it took deposit {deposit} in {found:word:mode} mode, not {expected:word:mode}; an answer that "
        "says no mode of its own can declare nothing of it.",
    ),
    "evidence.fault.zip_metadata": (
        "la date, un commentaire, les droits ou un champ que le ZIP lui donne ne sont pas ceux d'un dossier de preuve, ou des "
        "octets le précèdent.",
        "the date, a comment, the rights or a field that the ZIP gives it are not those of an evidence file, or bytes stand "
        "before it.",
    ),
    "evidence.fault.deposit_mode": (
        "l'envoi {submission} et son dépôt {deposit} n'ont pas le même mode.",
        "attempt {submission} and its deposit {deposit} are not of one mode.",
    ),
    "evidence.fault.receipt_of_nothing": (
        "l'avis {receipt} ne dit rien de l'envoi {submission} auquel il est rattaché.",
        "receipt {receipt} says nothing of attempt {submission} that it was applied to.",
    ),
    "evidence.fault.receipt_of_another": (
        "l'avis {receipt} n'est pas celui du dépôt {deposit}.",
        "receipt {receipt} is not of deposit {deposit}.",
    ),
    "evidence.fault.evidence_differs": (
        "les avis joints ne donnent pas ce que le journal retient pour {submission}.",
        "the receipts enclosed do not give what the journal holds for {submission}.",
    ),
    "evidence.fault.state_unfounded": (
        "l'état de {submission} ({state:word:state}) ne découle pas des avis joints.",
        "the state of {submission} ({state:word:state}) does not follow from the receipts enclosed.",
    ),
    "evidence.fault.status_unfounded": (
        "le statut de {reference} ({status:word:status}) ne découle pas des avis joints.",
        "the status of {reference} ({status:word:status}) does not follow from the receipts enclosed.",
    ),
    "evidence.fault.proof_purged": (
        "l'ARS {receipt} qui déclare {reference} est dit effacé: une preuve de dépôt ne l'est jamais.",
        "ARS {receipt} that declares {reference} is said to be erased: a proof of filing never is.",
    ),
    "evidence.fault.head_unknown": (
        "l'empreinte {head} n'est ni le sceau de ce dossier ni celle d'une écriture de ses journaux.",
        "the hash {head} is neither this archive's seal nor that of an entry of its journals.",
    ),
    # ---- the commands
    "cli.help.evidence": (
        "Dossier de preuve d'une embauche ou d'un client: l'établir, le vérifier.",
        "The evidence of a hire or a client: write it, check it.",
    ),
    "cli.example.evidence": (
        "Exemple: due-workflow evidence export E-0001 --out E-0001.zip",
        "Example: due-workflow evidence export E-0001 --out E-0001.zip",
    ),
    "cli.help.evidence.export": (
        "Écrit dans un ZIP tout ce qui prouve: messages remis, avis reçus, mandat signé, journaux, manifeste, et un résumé à lire "
        "(HTML et texte, dans la langue de --lang).\n\n"
        "Le fichier contient des données personnelles (les messages portent le NIR): il n'est lisible que par son "
        "propriétaire. Un sceau est affiché: gardez-le à part, il prouvera que rien n'a changé depuis.",
        "Writes into a ZIP everything that proves: messages handed over, receipts, signed mandate, journals, manifest, and a "
        "summary to read (HTML and text, in the language of --lang).\n\n"
        "The file holds personal data (messages carry the NIR): only its owner may read it. A seal is shown: keep it apart, "
        "it will prove that nothing has changed since.",
    ),
    "cli.example.evidence.export": (
        "Exemple: due-workflow evidence export 123456782 --out preuves-2026.zip --since 01/01/2026 --until 31/12/2026",
        "Example: due-workflow evidence export 123456782 --out evidence-2026.zip --since 2026-01-01 --until 2026-12-31",
    ),
    "cli.help.evidence.verify": (
        "Vérifie un dossier de preuve, sans base de données: chaque octet contre le manifeste, chaque journal, et si DÉCLARÉ "
        "découle des avis joints. Rien n'est extrait sur le disque.\n\n"
        "Finit avec 6 si quelque chose ne tient pas, 7 si tout tient mais qu'une pièce contredit le mode d'une embauche dite "
        "déclarée, 3 si le fichier n'est pas un dossier de preuve.",
        "Checks an evidence file without a database: each byte against the manifest, each journal, and whether DECLARED "
        "follows from the receipts enclosed. Nothing is unpacked onto the disk.\n\n"
        "Ends with 6 if something does not hold, with 7 if all holds but a piece contradicts the mode of a hire called "
        "declared, with 3 if the file is no evidence file.",
    ),
    "cli.example.evidence.verify": (
        "Exemple: due-workflow evidence verify preuves-2026.zip --head 5f0c…",
        "Example: due-workflow evidence verify evidence-2026.zip --head 5f0c…",
    ),
    "cli.meta.evidence": ("RÉFÉRENCE|SIREN|SIRET", "REFERENCE|SIREN|SIRET"),
    "cli.arg.evidence": (
        "Une embauche (tous ses envois), ou un client (toutes ses embauches).",
        "A hire (all its attempts), or a client (all its hires).",
    ),
    "cli.arg.evidence_file": ("Le dossier de preuve (ZIP).", "The evidence file (ZIP)."),
    "cli.opt.evidence_out": ("Le fichier ZIP à écrire.", "The ZIP file to write."),
    "cli.opt.evidence_since": (
        "D'un client, seulement les embauches à partir de ce jour.",
        "Of a client, only hires from this day on.",
    ),
    "cli.opt.evidence_until": (
        "D'un client, seulement les embauches jusqu'à ce jour compris.",
        "Of a client, only hires up to this day, included.",
    ),
    "cli.opt.evidence_firm": (
        "Joint aussi le journal du cabinet, qui peut nommer d'autres clients.",
        "Encloses the firm's own journal too, which may name other clients.",
    ),
    "cli.opt.evidence_force": ("Remplace le fichier s'il existe.", "Replace the file if it exists."),
    "cli.opt.evidence_head": (
        "Une empreinte notée ailleurs: le sceau affiché à l'export, ou la tête d'un journal.",
        "A hash noted elsewhere: the seal shown at the export, or a journal's head.",
    ),
    "cli.evidence.exporting": ("Dossier de preuve", "Evidence"),
    "cli.evidence.exported": (
        "{file}: {hires:plural:# embauche|# embauches}, dont {declared:plural:# déclarée|# déclarées}, "
        "{files:plural:# fichier|# fichiers}.",
        "{file}: {hires:plural:# hire|# hires}, {declared} of them declared, {files:plural:# file|# files}.",
    ),
    "cli.evidence.out_folder": (
        "Rien n'a été écrit. Créez ce dossier, ou donnez à --out un dossier où vous pouvez écrire.",
        "Nothing was written. Create that folder, or give --out a folder that you may write in.",
    ),
    "cli.evidence.out_full": (
        "Rien n'a été écrit. Libérez de la place, ou donnez à --out un dossier d'un autre disque.",
        "Nothing was written. Make room, or give --out a folder on another disk.",
    ),
    "cli.evidence.out_is_folder": (
        "Rien n'a été écrit. Donnez à --out le nom d'un fichier dans ce dossier.",
        "Nothing was written. Give --out the name of a file in that folder.",
    ),
    "cli.evidence.out_exists": (
        "Rien n'a été écrit. Donnez un autre nom à --out, ou --force pour le remplacer.",
        "Nothing was written. Give --out another name, or --force to replace it.",
    ),
    "cli.evidence.seal": ("Sceau, à garder ailleurs: {seal}", "Seal, to keep elsewhere: {seal}"),
    "cli.evidence.personal": (
        "Les messages contiennent les noms et le NIR des salariés: le fichier n'est lisible que par vous (0600).",
        "The messages hold the employees' names and NIR: only you may read the file (0600).",
    ),
    "cli.evidence.others": (
        "Ces messages portent aussi {count:plural:# embauche qui n'est|# embauches qui ne sont} pas dans ce dossier.",
        "These messages also hold {count:plural:# hire that is|# hires that are} not in this archive.",
    ),
    "cli.evidence.gone": (
        "Absents, et dits absents: {count} ({why:word:evidence_why}).",
        "Not there, and said so: {count} ({why:word:evidence_why}).",
    ),
    "evidence_why.purged": ("effacés au terme de leur conservation", "erased at the end of their retention"),
    "evidence_why.not_kept": ("jamais confiés au système", "never given to the system"),
    "evidence_why.not_attached": ("mandat sans document joint", "mandate without its document"),
    "evidence_why.missing": (
        "MANQUANTS sans effacement enregistré",
        "MISSING though no erasure is recorded",
    ),
    "cli.evidence.broken": (
        "Le journal {case} ne tient pas; il est joint tel quel. Voir: {program} journal --verify",
        "The journal {case} does not hold; it is enclosed as it is. See: {program} journal --verify",
    ),
    "cli.evidence.then": (
        "Pour vérifier: {program} evidence verify {file}",
        "To check: {program} evidence verify {file}",
    ),
    "cli.evidence.about": (
        "{about}, établi le {at} pour {cabinet}.",
        "{about}, made on {at} for {cabinet}.",
    ),
    "cli.evidence.hire": ("{reference}: {status:word:status}", "{reference}: {status:word:status}"),
    "cli.evidence.hire_by": (
        "{reference}: {status:word:status}, par {file}",
        "{reference}: {status:word:status}, by {file}",
    ),
    "cli.evidence.more": (
        "… et {count:plural:# autre embauche|# autres embauches}.",
        "… and {count:plural:# more hire|# more hires}.",
    ),
    "cli.evidence.sound": (
        "Tout tient: {files:plural:# fichier|# fichiers}, {entries:plural:# écriture|# écritures}, {receipts} avis dont "
        "{reread:plural:# relu|# relus}.",
        "All holds: {files:plural:# file|# files}, {entries:plural:# entry|# entries}, {receipts:plural:# receipt|# receipts}, "
        "{reread} of them read again.",
    ),
    "cli.evidence.intact": (
        "Le dossier est intact: {files:plural:# fichier|# fichiers}, {entries:plural:# écriture|# écritures}, {receipts} avis "
        "dont {reread:plural:# relu|# relus}.",
        "The file is intact: {files:plural:# file|# files}, {entries:plural:# entry|# entries}, "
        "{receipts:plural:# receipt|# receipts}, {reread} of them read again.",
    ),
    "cli.evidence.ask_portal": (
        "MODE CONTREDIT pour {count:plural:# embauche|# embauches}: tant que le portail n'a pas dit ce qu'il a enregistré, ce "
        "dossier ne prouve pas {count:plural:sa déclaration|leurs déclarations}.",
        "MODE CONTRADICTED for {count:plural:# hire|# hires}: until the portal has said what it recorded, this file does not "
        "prove {count:plural:that it was|that they were} declared.",
    ),
    "cli.evidence.unsound": (
        "NE TIENT PAS: {faults:plural:# défaut|# défauts}.",
        "DOES NOT HOLD: {faults:plural:# fault|# faults}.",
    ),
    "cli.evidence.unread": (
        "{count} avis d'une forme qui n'est pas relue ici: {count:plural:son empreinte est vérifiée|leurs empreintes sont vérifiées}.",
        "{count:plural:# receipt is|# receipts are} of a form that is not read again here: the digest was checked.",
    ),
    "cli.evidence.found_seal": (
        "L'empreinte donnée est le sceau: rien n'a changé depuis qu'elle a été notée.",
        "The hash given is the seal: nothing has changed since it was noted.",
    ),
    "cli.evidence.found_entry": (
        "L'empreinte donnée est celle de l'écriture {seq} de {case}: le journal est intact jusque-là.",
        "The hash given is that of entry {seq} of {case}: the journal is intact up to there.",
    ),
    "cli.evidence.summary_unproved": (
        "Elle ne couvre ni le résumé (LISEZ-MOI), ni les autres journaux, ni les dates des fichiers: seul le sceau noté "
        "ailleurs les couvre.",
        "It covers neither the summary (READ-ME) nor other journals nor the dates of files: only the seal noted elsewhere "
        "does.",
    ),
    "cli.evidence.hire_contradicted": (
        "{reference}: {status:word:status} selon le journal, MAIS MODE CONTREDIT par {file}: demandez au portail ce qu'il a "
        "enregistré.",
        "{reference}: {status:word:status} as the journal says, BUT THE MODE IS CONTRADICTED by {file}: ask the portal what "
        "it recorded.",
    ),
    "cli.evidence.hire_confirmed": (
        "  retenu malgré cela par {by} ({why}); aucune pièce de ce dossier ne le prouve.",
        "  counted all the same by {by} ({why}); no piece of this file proves it.",
    ),
    "cli.evidence.hire_broken": (
        "{reference}: NE TIENT PAS (le journal dit: {status:word:status}).",
        "{reference}: DOES NOT HOLD (the journal says: {status:word:status}).",
    ),
    "cli.evidence.hire_unproved": (
        "{reference}: {status:word:status} selon le journal; rien n'en est prouvé tant que le dossier ne tient pas.",
        "{reference}: {status:word:status} as the journal says; nothing of it is proved while the file does not hold.",
    ),
    "cli.evidence.found_broken": (
        "L'empreinte donnée est bien dans ce dossier, mais ce qui l'entoure ne tient pas: voyez les défauts.",
        "The hash given is in this file, but what surrounds it does not hold: see the faults.",
    ),
    "cli.evidence.limits": (
        "Sans empreinte notée ailleurs (--head), ceci ne prouve pas que le fichier n'a pas été refait tout entier.",
        "Without a hash noted elsewhere (--head), this does not prove that the file was not made anew as a whole.",
    ),
}
