"""The words of mandates: the téléprocédures, where a mandate stands, and what is said of printing, reminding, scans."""

from __future__ import annotations

from collections.abc import Mapping

MANDATES: Mapping[str, tuple[str, str]] = {
    # ---- on the sheet (printed in French; the English is what the words mean)
    "mandate.client": ("Le mandant (l'entreprise)", "The client (the company)"),
    "mandate.firm": ("Le mandataire (le cabinet)", "The agent (the firm)"),
    "mandate.represented": ("représenté par {name}", "represented by {name}"),
    "mandate.portal": ("le portail déclaratif choisi par le mandataire", "the portal that the agent has chosen"),
    "mandate.foot": ("Mandat {siren} · établi le {day}", "Mandate {siren} · made on {day}"),
    "mandate.article": ("{number}. {title}", "{number}. {title}"),
    "mandate.code": ("Code", "Code"),
    "mandate.procedure": ("Téléprocédure", "Téléprocédure"),
    "mandate.recipient": ("Destinataire", "Recipient"),
    "mandate.siret": ("SIRET", "SIRET"),
    "mandate.place": ("Établissement", "Establishment"),
    "mandate.address": ("Adresse", "Address"),
    "procedure.DUE": ("Déclaration unique d'embauche (DPAE)", "Hire declaration (DPAE)"),
    "procedure.DUE.to": ("URSSAF", "URSSAF"),
    "procedure.DSN": ("Déclaration sociale nominative", "Monthly payroll declaration"),
    "procedure.DSN.to": ("Net-entreprises", "Net-entreprises"),
    "procedure.DPAE_MSA": ("Déclaration d'embauche au régime agricole", "Hire declaration, agricultural scheme"),
    "procedure.DPAE_MSA.to": ("MSA", "MSA"),
    "procedure.EDI-TDFC": (
        "Transfert des données fiscales et comptables (déclarations de résultat)",
        "Transfer of tax and accounting data (income returns)",
    ),
    "procedure.EDI-TDFC.to": ("DGFiP", "Tax administration (DGFiP)"),
    "procedure.EDI-TVA": ("Déclarations de TVA", "VAT returns"),
    "procedure.EDI-TVA.to": ("DGFiP", "Tax administration (DGFiP)"),
    "procedure.EDI-PAIEMENT": ("Paiement des impôts professionnels", "Payment of business taxes"),
    "procedure.EDI-PAIEMENT.to": ("DGFiP", "Tax administration (DGFiP)"),
    "procedure.EDI-REQUETE": (
        "Demandes et attestations fiscales (compte fiscal, remboursements)",
        "Tax requests and certificates (tax account, refunds)",
    ),
    "procedure.EDI-REQUETE.to": ("DGFiP", "Tax administration (DGFiP)"),
    "procedure.DAS2": ("Déclaration des honoraires et commissions versés", "Declaration of fees and commissions paid"),
    "procedure.DAS2.to": ("DGFiP", "Tax administration (DGFiP)"),
    # ---- where it stands
    "standing.missing": ("à envoyer", "to be sent"),
    "standing.sent": ("à la signature", "out for signature"),
    "standing.signed": ("signé", "signed"),
    "standing.ended": ("terminé", "ended"),
    "event.remind_mandate": ("relancer pour le mandat", "remind of the mandate"),
    "event.attach_mandate": ("joindre le mandat signé", "attach the signed mandate"),
    "notice.mandate_reminded": (
        "{client}: relance n° {count} pour le mandat, toujours pas signé.",
        "{client}: reminder no. {count} of the mandate, still not signed.",
    ),
    # ---- refusals
    "denial.mandate_not_awaited": (
        "Aucun mandat de ce client n'attend sa signature.",
        "No mandate of this client waits for its signature.",
    ),
    "input.bad_wording": (
        "Le modèle de mandat n'est pas du TOML à la ligne {line}, colonne {column}: il y manque un guillemet, un crochet "
        "ou une valeur, ou un nom y vient deux fois. « mandate model » écrit un modèle qui marche.",
        "The model of the mandate is no TOML at line {line}, column {column}: a quote, a bracket or a value is missing "
        "there, or a name comes twice. “mandate model” writes a model that works.",
    ),
    "input.not_a_text": (
        "{name}: attendu un fichier texte en UTF-8, de {limit} octets au plus.",
        "{name}: expected a text file in UTF-8, of {limit} bytes at most.",
    ),
    "input.wording_without_procedures": (
        'aucun article ne porte la liste des téléprocédures (liste = "teleprocedures"): un mandat les énumère toutes '
        "(étape 2).",
        'no article carries the list of téléprocédures (liste = "teleprocedures"): a mandate lists them all (step 2).',
    ),
    "input.wording_unknown_field": (
        "{{{value}}} n'est pas un champ; les champs sont: {known}.",
        "{{{value}}} is no field; the fields are: {known}.",
    ),
    "input.bad_template": (
        "Le gabarit {name} est faux, ligne {line}. Jinja en dit: « {why} ».",
        "The template {name} is wrong, line {line}. Jinja says of it: “{why}”.",
    ),
    "input.template_unknown": (
        "Le gabarit {name}, ligne {line}, demande « {why} », qu'un mandat n'a pas.",
        "The template {name}, line {line}, asks for “{why}”, which a mandate does not have.",
    ),
    "input.template_forbidden": (
        "Le gabarit {name}, ligne {line}, demande ce qui lui est interdit: il lit le mandat, et rien d'autre de la machine. "
        "Jinja en dit: « {why} ».",
        "The template {name}, line {line}, asks for what it may not have: it reads the mandate, and nothing else of the "
        "machine. Jinja says of it: “{why}”.",
    ),
    "input.template_not_there": (
        "Le gabarit {name}, ligne {line}, en demande un autre, « {why} », qui n'est pas dans son dossier.",
        "The template {name}, line {line}, asks for another one, “{why}”, which is not in its folder.",
    ),
    "input.scan_empty": ("Le mandat numérisé est vide.", "The scanned mandate is empty."),
    "input.scan_too_large": (
        "Le mandat numérisé est trop lourd: plus de {limit} Mio. Numérisez-le en moins fin, ou en noir et blanc.",
        "The scanned mandate is too large: more than {limit} MiB. Scan it coarser, or in black and white.",
    ),
    "input.scan_unknown": (
        "Le mandat numérisé n'est ni un PDF, ni un JPEG, ni un PNG. Numérisez-le dans l'un de ces formats.",
        "The scanned mandate is neither a PDF nor a JPEG nor a PNG. Scan it as one of these.",
    ),
    "input.scan_cut": (
        "Le mandat numérisé ({kind}) est tronqué: sa fin manque. Reprenez le fichier d'origine.",
        "The scanned mandate ({kind}) is cut short: its end is missing. Take the original file again.",
    ),
    "input.scan_differs": (
        "Ce n'est pas le document du mandat: son empreinte est {found}, celle du mandat {expected}. Un autre document, "
        "c'est un autre mandat: « mandate sign ».",
        "This is not the mandate's document: its digest is {found}, the mandate's {expected}. Another document is "
        "another mandate: “mandate sign”.",
    ),
    "what.scan": ("mandat numérisé", "scanned mandate"),
    "cli.advice.no_scan": (
        "Pour le joindre: {program} mandate attach SIREN FICHIER",
        "To attach it: {program} mandate attach SIREN FILE",
    ),
    "error.document_differs": (
        "Le document gardé n'est plus celui qui a été joint ({ref}): la base a été modifiée. Reprenez une sauvegarde.",
        "The document kept is no longer the one that was attached ({ref}): the database was altered. Take a backup.",
    ),
    # ---- the command line
    "cli.help.mandate.print": (
        "Étapes 2 et 4: imprime le mandat de chaque client, rempli et prêt à signer, un fichier par client.\n\n"
        "--model donne vos textes et les coordonnées du cabinet (voir « mandate model »), --template votre page HTML. "
        "Imprimer ne note rien: une fois le mandat parti, « mandate request ».",
        "Steps 2 and 4: prints each client's mandate, filled in and ready to be signed, one file per client.\n\n"
        "--model gives your texts and the firm's particulars (see “mandate model”), --template your HTML page. Printing "
        "notes nothing: once the mandate has left, “mandate request”.",
    ),
    "cli.example.mandate.print": (
        "Exemple: due-workflow mandate print --all --to mandats --model mandat.toml",
        "Example: due-workflow mandate print --all --to mandats --model mandat.toml",
    ),
    "cli.help.mandate.model": (
        "Étape 2: écrit le modèle standard (mandat.toml et mandat.html), pour le changer à votre façon.",
        "Step 2: writes the standard model (mandat.toml and mandat.html), to change it your way.",
    ),
    "cli.example.mandate.model": (
        "Exemple: due-workflow mandate model modele",
        "Example: due-workflow mandate model modele",
    ),
    "cli.help.mandate.remind": (
        "Étape 4: les clients à relancer. Avec des SIREN ou --all, note qu'ils l'ont été: la prochaine relance est due "
        "plus tard.",
        "Step 4: the clients to remind. With SIRENs or --all, notes that they were: the next reminder is due later.",
    ),
    "cli.example.mandate.remind": (
        "Exemple: due-workflow mandate remind 732829320",
        "Example: due-workflow mandate remind 732829320",
    ),
    "cli.help.mandate.attach": (
        "Étape 4: garde le mandat signé et numérisé (PDF, JPEG ou PNG, 10 Mio au plus) comme preuve, avec son empreinte.",
        "Step 4: keeps the signed and scanned mandate (PDF, JPEG or PNG, 10 MiB at most) as evidence, with its digest.",
    ),
    "cli.example.mandate.attach": (
        "Exemple: due-workflow mandate attach 732829320 scan.pdf",
        "Example: due-workflow mandate attach 732829320 scan.pdf",
    ),
    "cli.help.mandate.scan": (
        "Rend le mandat numérisé tel qu'il a été joint, et vérifie son empreinte.",
        "Gives the scanned mandate back as it was attached, and checks its digest.",
    ),
    "cli.example.mandate.scan": (
        "Exemple: due-workflow mandate scan 732829320 --output mandat-signe.pdf",
        "Example: due-workflow mandate scan 732829320 --output mandat-signe.pdf",
    ),
    "cli.help.mandate.list": (
        "Étape 4: où en est le mandat de chaque client: à envoyer, à la signature, signé, terminé.",
        "Step 4: where each client's mandate stands: to be sent, out for signature, signed, ended.",
    ),
    "cli.example.mandate.list": (
        "Exemple: due-workflow mandate list --standing sent",
        "Example: due-workflow mandate list --standing sent",
    ),
    "cli.arg.scan": ("Le mandat signé et numérisé.", "The signed and scanned mandate."),
    "cli.arg.model_to": ("Le dossier où écrire; celui-ci sans lui.", "The folder to write to; this one without it."),
    "cli.opt.all_to_sign": (
        "Tous les clients sélectionnés qui n'ont pas encore signé.",
        "All selected clients that have not signed yet.",
    ),
    "cli.opt.all_to_remind": ("Tous ceux qui sont à relancer.", "All that are to be reminded."),
    "cli.opt.mandates_to": (
        "Le dossier où écrire; il est créé s'il manque.",
        "The folder to write to; made where there is none.",
    ),
    "cli.opt.mandate_format": ("PDF, HTML ou les deux (both).", "PDF, HTML or both."),
    "cli.opt.mandate_model": (
        "Vos textes et les coordonnées du cabinet (TOML).",
        "Your texts and the firm's particulars (TOML).",
    ),
    "cli.opt.mandate_template": ("Votre page HTML (gabarit Jinja).", "Your HTML page (a Jinja template)."),
    "cli.opt.standing": ("Seulement ceux qui en sont là.", "Only those that stand there."),
    "cli.opt.scan_output": (
        "Le fichier à écrire; sans lui, mandat-SIREN-signe dans ce dossier.",
        "The file to write; without it, mandat-SIREN-signe in this folder.",
    ),
    "cli.usage.template_is_html": (
        "--template est une page HTML: ajoutez --format html ou --format both.",
        "--template is an HTML page: add --format html or --format both.",
    ),
    "cli.usage.file_exists": (
        "{file} existe déjà: donnez un autre nom avec --output.",
        "{file} exists already: give another name with --output.",
    ),
    "cli.col.mandate_sent": ("Envoyé (Paris)", "Sent (Paris)"),
    "cli.col.reminders": ("Relances", "Reminders"),
    "cli.col.scan": ("Document", "Document"),
    "cli.reminders": ("{count} (le {last})", "{count} (on {last})"),
    "cli.printing": ("Impression des mandats", "Printing the mandates"),
    "cli.printed": (
        "{count:plural:# mandat imprimé|# mandats imprimés} dans {folder}.",
        "{count:plural:# mandate|# mandates} printed in {folder}.",
    ),
    "cli.printed_without_firm": (
        "Les coordonnées du cabinet sont à remplir à la main. Pour les imprimer: {program} mandate model, puis --model.",
        "The firm's particulars are left to fill in by hand. To print them: {program} mandate model, then --model.",
    ),
    "cli.reminded": (
        "{siren} {client}: relance n° {count} notée.",
        "{siren} {client}: reminder no. {count} noted.",
    ),
    "cli.then_remind": (
        "Une fois relancés: {program} mandate remind --all (ou leurs SIREN).",
        "Once reminded: {program} mandate remind --all (or their SIRENs).",
    ),
    "cli.no_mandate": ("Aucun client n'en est là.", "No client stands there."),
    "cli.none_to_remind": ("Personne à relancer.", "Nobody to remind."),
}
