"""The words of `--help` around the commands: panels, arguments and options, in rich markup."""

from __future__ import annotations

_PANELS = {
    "cli.panel.start": ("Commencer", "Begin"),
    "cli.panel.clients": ("Clients et mandats (étapes 3, 4 et 7)", "Clients and mandates (steps 3, 4 and 7)"),
    "cli.panel.hires": ("Embauches", "Hires"),
    "cli.panel.exchange": ("Envois et avis (étapes 6 et 7)", "Sending and receipts (steps 6 and 7)"),
    "cli.panel.look": ("Suivre et comprendre", "Follow and understand"),
    "cli.panel.common": ("Options communes", "Common options"),
    "cli.frame.arguments": ("Arguments", "Arguments"),
    "cli.frame.options": ("Options", "Options"),
    "cli.frame.commands": ("Commandes", "Commands"),
    "cli.frame.required": ("(obligatoire)", "(required)"),
    "cli.frame.default": ("(par défaut: {})", "(default: {})"),
    "cli.frame.help": ("Montre cette aide.", "Shows this help."),
}

_ARGUMENTS = {
    "cli.arg.file": ("Le fichier CSV ou XLSX.", "The CSV or XLSX file."),
    "cli.arg.files": ("Fichiers et dossiers d'avis.", "Files and folders of receipts."),
    "cli.arg.siren": ("Le SIREN du client (ou un SIRET).", "The client's SIREN (or a SIRET)."),
    "cli.arg.sirens": ("Les SIREN des clients (ou --all).", "The clients' SIRENs (or --all)."),
    "cli.arg.sirens_live": ("Les SIREN des clients.", "The clients' SIRENs."),
    "cli.arg.editor": ("L'éditeur.", "The editor."),
    "cli.arg.product": ("Le produit.", "The product."),
    "cli.arg.version": ("La version.", "The version."),
    "cli.arg.portal": ("Le portail: jedeclare, urssaf…", "The portal: jedeclare, urssaf…"),
    "cli.arg.account": ("Le compte du cabinet sur ce portail.", "The firm's account there."),
    "cli.arg.reference": ("La référence de l'embauche.", "The hire's reference."),
    "cli.arg.references": ("Les références des embauches (ou --all).", "The hires' references (or --all)."),
    "cli.arg.status_case": (
        "Une embauche (ou un de ses envois) ou un dépôt (D-…) à montrer en détail, ou un client (SIREN ou SIRET).",
        "One hire (or an attempt of it) or one deposit (D-…) to show in detail, or a client (SIREN or SIRET).",
    ),
    "cli.arg.attempt": (
        "L'envoi (E-0001/real/1), ou une référence: son dernier envoi, le réel avant le test.",
        "The attempt (E-0001/real/1), or a reference: its last attempt, real before test.",
    ),
    "cli.arg.attempts": (
        "Les envois (E-0001/test/1), ou des références: le dernier envoi préparé de chacune.",
        "The attempts (E-0001/test/1), or references: the latest prepared attempt of each.",
    ),
    "cli.arg.deposit": (
        "Le dépôt (D-…), ou un envoi qui s'y trouve, ou une embauche: son envoi en doute, sinon le dernier remis.",
        "The deposit (D-…), or an attempt in it, or a hire: its attempt in doubt, else the last one handed over.",
    ),
    "cli.arg.receipt": (
        "L'avis, ou le début de son identifiant (six caractères au moins).",
        "The receipt, or the beginning of its id (six characters at least).",
    ),
    "cli.arg.outcomes": ("Ce que l'avis dit de chaque envoi.", "What the receipt says of each attempt."),
    "cli.arg.case": (
        "Un SIREN, une référence, un envoi ou un dépôt.",
        "A SIREN, a reference, an attempt or a deposit.",
    ),
    "cli.arg.opt_case": (
        "Un SIREN, une référence, un envoi ou un dépôt.",
        "A SIREN, a reference, an attempt or a deposit.",
    ),
    "cli.arg.automaton": (
        "Un automate (client ou submission, l'envoi), le mode opératoire (procedure), ou un dossier: un SIREN, une "
        "référence, un envoi.",
        "An automaton (client or submission), the operating procedure (procedure), or a case: a SIREN, a reference, "
        "an attempt.",
    ),
    "cli.meta.file": ("FICHIER", "FILE"),
    "cli.meta.files": ("FICHIER", "FILE"),
    "cli.meta.path": ("CHEMIN", "PATH"),
    "cli.meta.name": ("NOM", "NAME"),
    "cli.meta.account": ("COMPTE", "ACCOUNT"),
    "cli.meta.editor": ("ÉDITEUR", "EDITOR"),
    "cli.meta.product": ("PRODUIT", "PRODUCT"),
    "cli.meta.text": ("TEXTE", "TEXT"),
    "cli.meta.day": ("JJ/MM/AAAA", "YYYY-MM-DD"),
    "cli.meta.instant": ("'JJ/MM/AAAA HH:MM'", "'YYYY-MM-DD HH:MM'"),
    "cli.meta.ref": ("NUMÉRO", "NUMBER"),
    "cli.meta.reference": ("RÉFÉRENCE", "REFERENCE"),
    "cli.meta.references": ("RÉFÉRENCE", "REFERENCE"),
    "cli.meta.attempt": ("ENVOI", "ATTEMPT"),
    "cli.meta.attempts": ("ENVOI", "ATTEMPT"),
    "cli.meta.deposit": ("DÉPÔT", "DEPOSIT"),
    "cli.meta.receipt": ("AVIS", "RECEIPT"),
    "cli.meta.outcomes": ("ENVOI=RÉSULTAT", "ATTEMPT=OUTCOME"),
    "cli.meta.case": ("DOSSIER", "CASE"),
    "cli.meta.automaton": ("client|submission|procedure|DOSSIER", "client|submission|procedure|CASE"),
    "cli.meta.opt_case": ("DOSSIER", "CASE"),
    "cli.meta.command": ("COMMANDE ...", "COMMAND ..."),
}

_OPTIONS = {
    "cli.opt.db": (
        "La base: un fichier SQLite, ou l'adresse d'une base (postgresql://…) (DUE_DB, sinon due.sqlite ici).",
        "The database: an SQLite file, or a database's address (postgresql://…) (DUE_DB, else due.sqlite here).",
    ),
    "cli.opt.cabinet": (
        "Le cabinet, dans la base (DUE_CABINET, sinon cabinet).",
        "The firm, in the database (DUE_CABINET, else cabinet).",
    ),
    "cli.opt.by": (
        "Qui agit, pour le journal (sinon l'utilisateur de la session).",
        "Who acts, for the journal (else the session's user).",
    ),
    "cli.opt.lang": ("La langue (DUE_LANG, sinon fr).", "The language (DUE_LANG, else fr)."),
    "cli.opt.json": (
        "Écrit un document JSON pour un programme, erreurs comprises.",
        "Writes one JSON document for a program, errors included.",
    ),
    "cli.opt.install": ("Installe la complétion dans ce shell.", "Installs completion in this shell."),
    "cli.opt.show": ("Montre la complétion de ce shell.", "Shows this shell's completion."),
    "cli.opt.version": ("Montre la version.", "Shows the version."),
    "cli.opt.keep_good": (
        "Importe les bonnes lignes; les autres vont dans un fichier à corriger, lisible de vous seul.",
        "Imports the good lines; the others go to a file to correct, which only you can read.",
    ),
    "cli.opt.bad_to": (
        "Où écrire les lignes à corriger (sinon à côté du fichier).",
        "Where to write the lines to correct (else beside the file).",
    ),
    "cli.opt.wave": ("La vague: 1 pour les pilotes.", "The wave: 1 for the pilots."),
    "cli.opt.all_known": ("Tous les clients connus.", "All known clients."),
    "cli.opt.all_selected": ("Tous les clients sélectionnés.", "All selected clients."),
    "cli.opt.all_hires": (
        "Toutes les embauches prêtes des clients sous mandat.",
        "All hires that are ready, of clients with a mandate.",
    ),
    "cli.opt.signed_on": ("Le jour de la signature.", "The day of the signature."),
    "cli.opt.signatory": ("Qui a signé.", "Who signed."),
    "cli.opt.ends_on": ("Le dernier jour du mandat, s'il en a un.", "The mandate's last day, if it has one."),
    "cli.opt.document": (
        "Le mandat numérisé (PDF, JPEG ou PNG), gardé comme preuve.",
        "The scanned mandate (PDF, JPEG or PNG), kept as evidence.",
    ),
    "cli.opt.revoked_on": ("Le premier jour sans mandat.", "The first day without the mandate."),
    "cli.opt.reason": ("Pourquoi, en une ligne.", "Why, in one line."),
    "cli.opt.mode": (
        "Le mode (sinon test, puis réel une fois le client en mode réel).",
        "The mode (else test, then real once the client is live).",
    ),
    "cli.opt.late": (
        "Déclare quand même après l'heure d'embauche (hors délai).",
        "Declares all the same after the hour of hire (late).",
    ),
    "cli.opt.from": (
        "Le fichier d'embauches où lire le contenu corrigé.",
        "The file of hires to read the corrected content from.",
    ),
    "cli.opt.confirm": (
        "Oui, en sachant que l'envoi précédent n'est pas annulé chez le destinataire.",
        "Yes, knowing that the former attempt is not cancelled at the recipient.",
    ),
    "cli.opt.confirm_mode": (
        "Oui, bien que le portail ait dit avoir pris le dépôt dans l'autre mode: il a été interrogé.",
        "Yes, although the portal said that it took the deposit in the other mode: it was asked.",
    ),
    "cli.opt.reason_mode": (
        "Ce que le portail a répondu, en une ligne (avec --confirm).",
        "What the portal answered, in one line (with --confirm).",
    ),
    "cli.opt.hire": ("L'embauche n'a pas lieu.", "The hire does not take place."),
    "cli.opt.elsewhere_at": ("Quand (heure de Paris).", "When (Paris time)."),
    "cli.opt.proof": ("Ce qui le prouve.", "What proves it."),
    "cli.opt.together": (
        "Un seul dépôt pour ces embauches d'un même établissement.",
        "One deposit for these hires of one establishment.",
    ),
    "cli.opt.ref": ("Le numéro donné par le portail (ADS).", "The number that the portal gave (ADS)."),
    "cli.opt.sent_at": ("Quand (heure de Paris); sinon maintenant.", "When (Paris time); else now."),
    "cli.opt.portal": ("Le portail, si ce n'est celui du cabinet.", "The portal, if not the firm's."),
    "cli.opt.account": ("Le compte, si ce n'est celui du cabinet.", "The account, if not the firm's."),
    "cli.opt.not_found": ("Le portail affirme n'avoir rien reçu.", "The portal affirms that it has nothing."),
    "cli.opt.receipt_mode": (
        "Le mode de ces avis, si vous en êtes sûr.",
        "The mode of these receipts, if you are sure of it.",
    ),
    "cli.opt.recipient": ("Qui a émis ces ARS (CIRSO).", "Who issued these ARS (CIRSO)."),
    "cli.opt.client": ("Seulement ce client.", "Only this client."),
    "cli.opt.status": ("Seulement ce statut (répétable).", "Only this status (repeatable)."),
    "cli.opt.overdue": ("Seulement les réponses en retard.", "Only overdue answers."),
    "cli.opt.in_doubt": ("Seulement les envois en doute.", "Only attempts in doubt."),
    "cli.opt.limit": ("Combien de lignes; 0 pour toutes.", "How many lines; 0 for all."),
    "cli.opt.after": ("Après cette référence: la page suivante.", "After this reference: the next page."),
    "cli.opt.verify": ("Contrôle le journal.", "Checks the journal."),
    "cli.opt.full": ("Montre aussi ce que chaque entrée change.", "Also shows what each entry changes."),
    "cli.opt.format": (
        "La forme; sans elle, celle du nom du fichier (.svg, .mmd, .md).",
        "The form; without it, that of the file's name (.svg, .mmd, .md).",
    ),
    "cli.opt.output": ("Le fichier à écrire; sans lui, la sortie.", "The file to write; without it, the output."),
}

OPTIONS: dict[str, tuple[str, str]] = {**_PANELS, **_ARGUMENTS, **_OPTIONS}
