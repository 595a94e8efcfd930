"""What an evidence archive says of itself, and what `due-workflow evidence` says. Help and options are rich markup."""

from __future__ import annotations

EVIDENCE: dict[str, tuple[str, str]] = {
    # ---- the summary
    "evidence.file": ("LISEZ-MOI", "READ-ME"),
    "evidence.title": ("Dossier de preuve – DUE (DPAE) – {about}", "Evidence file – DUE (DPAE) – {about}"),
    "evidence.made": (
        "Établi le {at:long} (heure de Paris) pour le cabinet {cabinet}, par {by}.",
        "Made on {at:long} (Paris time) for the firm {cabinet}, by {by}.",
    ),
    "evidence.what": (
        "Ce dossier réunit ce qui prouve les déclarations: les messages tels qu'ils ont été remis au portail, les avis "
        "reçus (ADS, ACS, ARS) tels qu'ils sont arrivés, le mandat, et le journal de ce qui a été décidé. Seul un ARS "
        "accepté en mode réel déclare une embauche. Les heures sont celles de Paris.",
        "This file holds what proves the declarations: the messages as they were handed to the portal, the receipts (ADS, "
        "ACS, ARS) as they came, the mandate, and the journal of what was decided. Only an ARS accepted in real mode "
        "declares a hire. Hours are those of Paris.",
    ),
    "evidence.handle_with_care": (
        "Données personnelles: les messages du dossier messages/ contiennent en clair l'identité et le NIR des salariés; les "
        "avis peuvent répéter des noms. À garder sous accès restreint, à ne remettre qu'à qui en a le droit.",
        "Personal data: the messages in messages/ hold the employees' identity and NIR in clear; receipts may repeat "
        "names. Keep it under restricted access, and give it only to those entitled to it.",
    ),
    "evidence.employer": ("Employeur", "Employer"),
    "evidence.mandate": ("Mandat", "Mandate"),
    "evidence.no_mandate": ("Aucun mandat enregistré.", "No mandate is recorded."),
    "evidence.no_scan": ("pas de document joint", "no document attached"),
    "evidence.scan_lost": ("INTROUVABLE, bien que le journal le nomme", "NOT FOUND, though the journal names it"),
    "evidence.hires": ("Embauches", "Hires"),
    "evidence.hire": ("Embauche {reference}", "Hire {reference}"),
    "evidence.attempts": ("Envois", "Attempts"),
    "evidence.no_attempt": ("Aucun envoi.", "No attempt."),
    "evidence.pieces": ("Pièces reçues", "Receipts"),
    "evidence.no_piece": ("Aucune pièce reçue.", "No receipt."),
    "evidence.journal": ("Journal", "Journal"),
    "evidence.late": ("hors délai", "late"),
    "evidence.by_ars": ("ARS {recipient:of} émis le {at}", "ARS {recipient:of} issued {at}"),
    "evidence.number": ("n° {piece}", "no. {piece}"),
    "evidence.nir_masked": ("masqué ici; en clair dans le seul message", "masked here; in clear in the message only"),
    "evidence.nir_none": ("non renseigné", "not given"),
    "evidence.fact.name": ("Raison sociale", "Name"),
    "evidence.fact.siren": ("SIREN", "SIREN"),
    "evidence.fact.state": ("Situation", "Standing"),
    "evidence.fact.live_since": ("En mode réel depuis", "In real mode since"),
    "evidence.fact.signed": ("Signé le", "Signed on"),
    "evidence.fact.signatory": ("Signataire", "Signatory"),
    "evidence.fact.ends": ("Fin", "End"),
    "evidence.fact.procedures": ("Téléprocédures", "Téléprocédures"),
    "evidence.fact.scan": ("Document signé", "Signed document"),
    "evidence.fact.status": ("Statut", "Status"),
    "evidence.fact.employee": ("Salarié", "Employee"),
    "evidence.fact.nir": ("NIR", "NIR"),
    "evidence.fact.contract": ("Contrat", "Contract"),
    "evidence.fact.establishment": ("Établissement", "Establishment"),
    "evidence.fact.hire": ("Embauche", "Hire"),
    "evidence.declared": (
        "DÉCLARÉ: envoi réel {id} du {sent}, accepté par l'ARS{number} {recipient:of} émis le {issued} (pièce {file}).",
        "DECLARED: real attempt {id} of {sent}, accepted by the ARS{number} {recipient:of} issued {issued} (piece {file}).",
    ),
    "evidence.declared_late": (
        "DÉCLARÉ HORS DÉLAI: envoi réel {id} du {sent}, après l'heure d'embauche, accepté par l'ARS{number} {recipient:of} "
        "émis le {issued} (pièce {file}).",
        "DECLARED LATE: real attempt {id} of {sent}, after the hour of hire, accepted by the ARS{number} {recipient:of} "
        "issued {issued} (piece {file}).",
    ),
    "evidence.declared_elsewhere": (
        "Déclaré par une autre voie le {at}, selon le cabinet: {proof}. Ce dossier n'en contient pas la preuve.",
        "Declared by another way on {at}, as the firm says: {proof}. This file does not hold the proof of it.",
    ),
    "evidence.only_tested": (
        "NON DÉCLARÉ par ce canal: seuls des envois en mode test ont eu lieu.",
        "NOT DECLARED by this channel: only test attempts were made.",
    ),
    "evidence.not_declared": (
        "NON DÉCLARÉ par ce canal: aucun ARS accepté en mode réel.",
        "NOT DECLARED by this channel: no ARS accepted in real mode.",
    ),
    "evidence.others": (
        "Ces dépôts portent aussi {count:plural:# autre embauche|# autres embauches} du même employeur.",
        "These deposits also hold {count:plural:# other hire|# other hires} of the same employer.",
    ),
    "evidence.deposited": ("déposé", "deposited"),
    "evidence.decides_real": ("fait foi", "decides"),
    "evidence.decides_test": ("décide du test", "decides the test"),
    "evidence.applied": ("rattaché", "applied"),
    "evidence.waits_tray": ("en attente", "waits"),
    "evidence.waits_applied": ("rattaché à une autre embauche", "applied to another hire"),
    "evidence.waits_mismatch": ("autre mode que le dépôt: sans effet", "another mode than the deposit: no effect"),
    "evidence.waits_aside": ("mis de côté", "set aside"),
    "evidence.thing.declaration": ("La déclaration de {of}", "The declaration of {of}"),
    "evidence.thing.message": ("Le message du dépôt {of}", "The message of deposit {of}"),
    "evidence.thing.receipt": ("Les octets de l'avis {of}", "The bytes of receipt {of}"),
    "evidence.gone.purged": (
        "{what}: données effacées le {at} au terme de leur conservation. Les faits et les empreintes restent.",
        "{what}: data erased on {at} at the end of their retention. Facts and digests stay.",
    ),
    "evidence.gone.not_kept": (
        "{what}: rien n'en a été confié au système, le logiciel du cabinet l'a échangé lui-même.",
        "{what}: nothing of it was given to the system, the firm's own software exchanged it.",
    ),
    "evidence.gone.missing": (
        "{what}: MANQUE, sans effacement enregistré. À rechercher dans la base.",
        "{what}: MISSING, though no erasure is recorded. Look for it in the database.",
    ),
    "evidence.col.reference": ("Référence", "Reference"),
    "evidence.col.hire": ("Embauche (Paris)", "Hire (Paris)"),
    "evidence.col.status": ("Statut", "Status"),
    "evidence.col.declared_by": ("Déclaré par", "Declared by"),
    "evidence.col.attempt": ("Envoi", "Attempt"),
    "evidence.col.state": ("État", "State"),
    "evidence.col.handed": ("Remis le", "Handed over"),
    "evidence.col.portal": ("Portail, compte", "Portal, account"),
    "evidence.col.ref": ("Numéro ADS", "ADS number"),
    "evidence.col.message": ("Message", "Message"),
    "evidence.col.piece": ("Pièce", "Piece"),
    "evidence.col.issued": ("Émise le", "Issued"),
    "evidence.col.received": ("Reçue le", "Received"),
    "evidence.col.says": ("Ce qu'elle dit", "What it says"),
    "evidence.col.standing": ("Effet", "Effect"),
    "evidence.col.file": ("Fichier", "File"),
    "evidence.col.no": ("N°", "No."),
    "evidence.col.at": ("Quand", "When"),
    "evidence.col.by": ("Par", "By"),
    "evidence.col.event": ("Événement", "Event"),
    "evidence.col.move": ("État", "State"),
    "evidence.col.case": ("Journal", "Journal"),
    "evidence.col.entries": ("Écritures", "Entries"),
    "evidence.col.head": ("Empreinte de tête (SHA-256)", "Head (SHA-256)"),
    "evidence.col.article": ("Code du travail", "Code du travail"),
    "evidence.col.rule": ("Ce qu'il dit, en bref", "What it says, in short"),
    "evidence.law": ("Rappel des textes", "The law, as information"),
    "evidence.law_before": (
        "L'embauche est déclarée avant qu'elle ait lieu.",
        "A hire is declared before it takes place.",
    ),
    "evidence.law_acknowledged": (
        "Un accusé de réception est adressé sous 5 jours ouvrables; non contesté dans les 2 jours ouvrables, il fait preuve "
        "de la déclaration.",
        "An acknowledgement follows within 5 jours ouvrables; uncontested for 2 jours ouvrables, it proves the declaration.",
    ),
    "evidence.law_kept": ("L'employeur conserve l'accusé de réception.", "The employer keeps the acknowledgement."),
    "evidence.law_copy": (
        "Une copie de la déclaration ou de l'accusé de réception est remise au salarié lors de son embauche.",
        "The employee is given a copy of the declaration or of the acknowledgement when hired.",
    ),
    "evidence.law_shown": (
        "L'accusé de réception est présenté aux agents de contrôle qui le demandent.",
        "The acknowledgement is shown to inspectors who ask for it.",
    ),
    "evidence.law_limits": (
        "Résumé donné pour information: seul le texte en vigueur fait foi.",
        "A summary given as information: only the text in force counts.",
    ),
    "evidence.check": ("Vérifier ce dossier", "Check this file"),
    "evidence.how_to_check": (
        "due-workflow evidence verify FICHIER.zip contrôle tout, sans base de données: chaque fichier contre manifest.jsonl, "
        "chaque journal écriture par écriture (journals.jsonl), chaque avis contre l'empreinte que le journal nomme, et si "
        "DÉCLARÉ découle bien des avis joints.",
        "due-workflow evidence verify FILE.zip checks everything without a database: each file against manifest.jsonl, each "
        "journal entry by entry (journals.jsonl), each receipt against the digest that the journal names, and whether "
        "DECLARED follows from the receipts enclosed.",
    ),
    "evidence.what_it_proves": (
        "Ce qu'un contrôle réussi prouve: rien n'a été changé, ôté ni ajouté depuis que le sceau de ce dossier, ou la tête "
        "d'un de ses journaux, a été noté ailleurs.",
        "What a check that passes proves: nothing was changed, removed or added since the seal of this file, or the head of "
        "one of its journals, was noted elsewhere.",
    ),
    "evidence.what_it_proves_not": (
        "Ce qu'il ne prouve pas: qui peut écrire ce fichier peut le refaire tout entier, si ni le sceau ni une tête n'a été noté "
        "ailleurs avant. Le sceau est affiché à l'export: gardez-le à part. Les avis ne sont pas contrôlés auprès du portail, "
        "et ce résumé n'est couvert que par le manifeste.",
        "What it does not prove: whoever can write this file can make all of it anew, unless the seal or a head was noted "
        "elsewhere before. The seal is shown at the export: keep it apart. Receipts are not checked with the portal, and this "
        "summary is covered by the manifest alone.",
    ),
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
        "relu, cet avis ne dit pas ce qui en a été retenu.",
        "read again, this receipt does not say what was kept of it.",
    ),
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
    # ---- what is refused as a whole
    "input.evidence_of_what": (
        "Un dossier de preuve se demande pour une embauche ou un client, pas pour {value}.",
        "Evidence is exported of a hire or a client, not of {value}.",
    ),
    "input.evidence_no_zip": ("{name} n'est pas une archive ZIP.", "{name} is no ZIP archive."),
    "input.evidence_not_ours": (
        "Cette archive n'est pas un dossier de preuve: son manifeste manque ou n'est pas d'un format connu.",
        "This archive is no evidence file: its manifest is missing or of no known form.",
    ),
    "input.evidence_cut": (
        "{name} est coupé ou abîmé: sa table des fichiers ne peut pas être lue. Reprenez l'original.",
        "{name} is cut or damaged: its table of files cannot be read. Take the original.",
    ),
    "input.evidence_name": (
        "{name} contient un nom de fichier qu'aucun dossier de preuve ne porte ({file}). Rien n'a été extrait.",
        "{name} holds a file name that no evidence file has ({file}). Nothing was unpacked.",
    ),
    "input.evidence_twice": (
        "{name} contient deux fois {file}: ce que l'un montre, l'autre peut le cacher.",
        "{name} holds {file} twice: what one shows, the other may hide.",
    ),
    "input.evidence_encrypted": (
        "{name} est chiffré ({file}). Déchiffrez-le d'abord.",
        "{name} is encrypted ({file}). Decrypt it first.",
    ),
    "input.evidence_packed": (
        "{name} est compressé d'une façon qu'aucun dossier de preuve n'emploie ({file}).",
        "{name} is packed in a way that no evidence file uses ({file}).",
    ),
    "input.evidence_too_large": (
        "{name}: {file} dépasse, une fois décompressé, ce qui est accepté. Rien n'a été décompressé.",
        "{name}: {file} is larger, once unpacked, than what is taken. Nothing was unpacked.",
    ),
    "input.evidence_too_many": (
        "{name} contient plus de {limit} fichiers. Rien n'a été lu.",
        "{name} holds more than {limit} files. Nothing was read.",
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
        "Finit avec 6 si quelque chose ne tient pas, 3 si le fichier n'est pas un dossier de preuve.",
        "Checks an evidence file without a database: each byte against the manifest, each journal, and whether DECLARED "
        "follows from the receipts enclosed. Nothing is unpacked onto the disk.\n\n"
        "Ends with 6 if something does not hold, with 3 if the file is no evidence file.",
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
