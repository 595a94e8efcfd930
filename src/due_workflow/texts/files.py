"""What is wrong with a file that was given: a table, a workbook, a scan, a piece."""

from __future__ import annotations

FILES: dict[str, tuple[str, str]] = {
    # ---- files
    "input.file_missing": ("Le fichier {name} n'existe pas.", "The file {name} does not exist."),
    "input.file_unreadable": (
        "Le fichier {name} ne peut pas être lu (droits d'accès, ou ce n'est pas un fichier).",
        "The file {name} cannot be read (permissions, or it is not a file).",
    ),
    "input.file_empty": ("Le fichier {name} est vide.", "The file {name} is empty."),
    "input.file_too_large": (
        "Le fichier {name} dépasse {limit} Mo: découpez-le.",
        "The file {name} is over {limit} MB: split it.",
    ),
    "input.utf16": (
        "Le fichier {name} est en UTF-16: enregistrez-le en « CSV UTF-8 ».",
        "The file {name} is in UTF-16: save it as “CSV UTF-8”.",
    ),
    "input.old_excel": (
        "Le fichier {name} est un ancien classeur .xls, ou protégé par mot de passe: enregistrez-le en .xlsx sans mot de passe, ou en CSV.",
        "The file {name} is an old .xls workbook, or password-protected: save it as .xlsx without a password, or as CSV.",
    ),
    "input.ods": (
        "Le fichier {name} est un classeur OpenDocument: enregistrez-le en .xlsx ou en CSV.",
        "The file {name} is an OpenDocument sheet: save it as .xlsx or CSV.",
    ),
    "input.xlsx_unreadable": (
        "Le classeur {name} est abîmé ou n'est pas un classeur .xlsx: enregistrez-le à nouveau.",
        "The workbook {name} is damaged or is not an .xlsx workbook: save it again.",
    ),
    "input.xlsx_too_large": (
        "Le classeur {name} est refusé: une fois décompressé il est démesuré, ou il contient ce qu'aucun tableur n'écrit. Enregistrez la feuille en CSV.",
        "The workbook {name} is refused: unfolded it is out of proportion, or it holds what no spreadsheet writes. Save the sheet as CSV.",
    ),
    "input.header_unreadable": (
        "La première ligne de {name} ne peut pas être lue: elle doit porter les noms des colonnes.",
        "The first line of {name} cannot be read: it must hold the column names.",
    ),
    "input.columns_missing": (
        "colonnes absentes: {columns} (colonnes inconnues trouvées: {found})",
        "missing columns: {columns} (unknown columns found: {found})",
    ),
    "input.columns_twice": ("colonnes présentes deux fois: {columns}", "columns that come twice: {columns}"),
    "input.too_many_lines": (
        "Le fichier {name} dépasse {limit} lignes: découpez-le.",
        "The file {name} has more than {limit} lines: split it.",
    ),
    "input.too_many_bad_lines": (
        "Le fichier {name} a plus de {limit} lignes fautives: la lecture est arrêtée.",
        "The file {name} has more than {limit} bad lines: reading has stopped.",
    ),
    "input.line_too_long": ("la ligne dépasse {limit} octets", "the line is over {limit} bytes"),
    "input.encoding": ("la ligne n'est ni en UTF-8 ni en Windows-1252", "the line is neither UTF-8 nor Windows-1252"),
    "input.nul_byte": (
        "la ligne contient un octet nul: ce n'est pas du texte",
        "the line holds a NUL byte: this is not text",
    ),
    "input.bad_quotes": (
        "des guillemets sont mal placés: du texte suit un guillemet fermant",
        "misplaced quotes: text follows a closing quote",
    ),
    "input.unclosed_quote": ("un guillemet ouvert n'est pas refermé", "a quote is opened and never closed"),
    "input.too_many_cells": (
        "la ligne a plus de cellules que l'en-tête ({limit}): un séparateur de trop?",
        "the line has more cells than the header ({limit}): one separator too many?",
    ),
    "input.cell_unreadable": ("la cellule ne peut pas être lue", "the cell cannot be read"),
    "input.cell_too_long": ("la cellule dépasse {limit} caractères", "the cell is over {limit} characters"),
    "input.control_character": (
        "la cellule contient des caractères de contrôle ou illisibles",
        "the cell holds control or unreadable characters",
    ),
    "input.formula": (
        "formule ou erreur de tableur « {value} »: collez la valeur elle-même",
        "formula or spreadsheet error “{value}”: paste the value itself",
    ),
    "input.number_destroyed": (
        "« {value} »: le tableur a détruit ce nombre (notation scientifique). Mettez la colonne au format Texte et ressaisissez-le.",
        "“{value}”: the spreadsheet destroyed this number (scientific notation). Set the column to Text and type it again.",
    ),
    "input.bad_date": (
        "« {value} » n'est pas une date: {expected} attendu",
        "“{value}” is not a date: {expected} expected",
    ),
    "input.bad_hour": (
        "« {value} » n'est pas une heure: {expected} attendu",
        "“{value}” is not an hour: {expected} expected",
    ),
    "input.bad_phone": (
        "« {value} » n'est pas un numéro de téléphone: {expected} attendu",
        "“{value}” is not a phone number: {expected} expected",
    ),
    "input.bad_sex": (
        "« {value} » n'est pas un sexe: {expected} attendu",
        "“{value}” is not a sex: {expected} expected",
    ),
    "input.bad_regime": (
        "« {value} » n'est pas un régime: {expected} attendu (ou le mot français, comme « agricole »)",
        "“{value}” is not a regime: {expected} expected (or the French word, such as “agricole”)",
    ),
    "input.bad_contract_kind": (
        "« {value} » n'est pas une nature de contrat: {expected} attendu",
        "“{value}” is not a kind of contract: {expected} expected",
    ),
    "input.bad_trial_days": (
        "« {value} » n'est pas un nombre de jours d'essai: {expected} attendu",
        "“{value}” is not a number of trial days: {expected} expected",
    ),
    "input.siret_twice": (
        "l'établissement {value} est déjà dans ce fichier (client de la ligne {first})",
        "the establishment {value} is already in this file (client of line {first})",
    ),
    "input.unknown_notice": (
        "« {value} » n'est pas une notification connue: voyez la liste des notifications dans la référence.",
        "“{value}” is not a notice that exists: see the notices in the reference.",
    ),
    "input.notice_not_waiting": (
        "{id}: cette notification n'est pas à remettre de nouveau ({state:word:notice_state}).",
        "{id}: this notice is not to be delivered again ({state:word:notice_state}).",
    ),
    "input.notifiers_of_one_name": (
        "Chaque canal de notification a besoin d'un nom à lui: {names}.",
        "Each notifier needs a name of its own: {names}.",
    ),
    "input.patience_of_a_lease": (
        "La patience envers un canal de notification est de plus de 0 et d'au plus {longest} secondes, ou None.",
        "The patience with a notifier is more than 0 and at most {longest} seconds, or None.",
    ),
    "input.bad_email": (
        "« {value} » n'est pas une adresse de messagerie que tous les serveurs acceptent.",
        "“{value}” is not an e-mail address that every server takes.",
    ),
    "input.mail_setting": (
        "Langue fr ou en, sécurité starttls, tls ou none; lu: {value}.",
        "Language fr or en, security starttls, tls or none; read: {value}.",
    ),
    "input.mail_password_in_clear": (
        "Un mot de passe ne part pas en clair: prenez security=starttls ou tls, ou ne donnez pas d'utilisateur.",
        "A password does not leave in the clear: take security=starttls or tls, or give no user.",
    ),
    "input.bad_webhook_url": (
        "L'adresse du webhook n'est pas une adresse https sans utilisateur (elle n'est pas montrée ici).",
        "The webhook's address is not an https one without a user (it is not shown here).",
    ),
    "input.webhook_in_clear": (
        "Le webhook de {host} n'est pas en https: prenez https, ou autorisez http si c'est voulu.",
        "The webhook of {host} is not https: take https, or allow http if it is meant.",
    ),
    "input.webhook_private": (
        "L'adresse {host} du webhook est privée: autorisez les adresses privées si c'est voulu.",
        "The webhook's address {host} is private: allow private addresses if it is meant.",
    ),
    "input.bad_webhook_secret": (
        "Le secret du webhook n'est pas une clé de 24 octets ou plus en base64 (« whsec_… »); il n'est pas montré ici.",
        "The webhook's secret is not a key of 24 bytes or more in base64 (“whsec_…”); it is not shown here.",
    ),
    "input.bad_apprise_url": (
        "Apprise ne connaît pas ces adresses, par leur rang: {places}. Elles ne sont pas montrées ici.",
        "Apprise does not know these addresses, by their place: {places}. They are not shown here.",
    ),
    "input.employer_unknown": (
        "aucun client du cabinet n'a l'établissement {value}: importez d'abord les clients",
        "no client of the firm has the establishment {value}: import the clients first",
    ),
}
