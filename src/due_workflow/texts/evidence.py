"""What an evidence archive says of itself, and why a file is refused as one."""

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
    "evidence.declared_contradicted": (
        "MODE CONTREDIT, DÉCLARATION NON PROUVÉE: le journal la dit faite par l'envoi réel {id} du {sent}, accepté par "
        "l'ARS{number} {recipient:of} émis le {issued} (pièce {file}); mais le dépôt a été pris en mode {said:word:mode} selon "
        "{other}. Le portail doit dire ce qu'il a enregistré.",
        "MODE CONTRADICTED, DECLARATION NOT PROVED: the journal says that it was made by the real attempt {id} of {sent}, "
        "accepted by the ARS{number} {recipient:of} issued {issued} (piece {file}); but the deposit was taken in "
        "{said:word:mode} mode according to {other}. The portal must say what it recorded.",
    ),
    "evidence.declared_confirmed": (
        "Retenue malgré cela par {by}: {why}. Aucune pièce de ce dossier ne le prouve.",
        "Counted all the same by {by}: {why}. No piece of this file proves it.",
    ),
    "evidence.contradicted": ("{status}, MODE CONTREDIT", "{status}, MODE CONTRADICTED"),
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
}
