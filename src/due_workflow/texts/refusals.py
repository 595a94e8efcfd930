"""Refusals: reasons of the procedure (denial), faults of an input (input), other errors (error). Each says what to do."""

from __future__ import annotations

REFUSALS: dict[str, tuple[str, str]] = {
    # ---- reasons of the procedure
    "denial.no_such_move": (
        "Impossible dans cet état. Possible maintenant: {allowed:word:event}.",
        "Not possible in this state. Possible now: {allowed:word:event}.",
    ),
    "denial.no_mandate": (
        "Le client n'a pas signé de mandat: faites-le signer (étape 4).",
        "The client has signed no mandate: have it signed (step 4).",
    ),
    "denial.mandate_not_in_force": (
        "Le mandat n'est pas en vigueur le {day}: faites-en signer un nouveau.",
        "The mandate is not in force on {day}: have a new one signed.",
    ),
    "denial.mandate_without_due": (
        "Le mandat ne couvre pas la DUE: faites signer un mandat pour toutes les téléprocédures (étape 2).",
        "The mandate does not cover the DUE: have one signed for all téléprocédures (step 2).",
    ),
    "denial.mandate_already_over": (
        "Ce mandat est déjà terminé (le {end}).",
        "This mandate has already ended (on {end}).",
    ),
    "denial.mandate_still_runs": ("Le mandat court toujours.", "The mandate still runs."),
    "denial.no_accepted_test": (
        "Aucun test accepté avec ce logiciel et ce portail pour {gate:word:gate}: envoyez en test et attendez l'ARS "
        "accepté (étape 6).",
        "No accepted test with this software and portal for {gate:word:gate}: send a test and wait for the accepted ARS "
        "(step 6).",
    ),
    "denial.client_not_live": (
        "Le client n'est pas en mode réel ({state:word:client_state}): commutez-le d'abord (étape 7, go-live).",
        "The client is not live ({state:word:client_state}): switch it first (step 7, go-live).",
    ),
    "denial.regime_not_covered": (
        "Le régime {regime} ne passe pas par ce canal: utilisez le service de ce régime.",
        "The regime {regime} does not go through this channel: use that regime's service.",
    ),
    "denial.establishment_unknown": (
        "L'établissement {siret} n'est pas dans le dossier du client: ajoutez-le.",
        "The establishment {siret} is not in the client's file: add it.",
    ),
    "denial.territory_not_covered": (
        "Le code postal {postal_code} est hors de ce canal (Mayotte, Saint-Pierre-et-Miquelon, Pacifique).",
        "The postal code {postal_code} is outside this channel (Mayotte, Saint-Pierre-et-Miquelon, Pacific).",
    ),
    "denial.window_not_open": (
        "Trop tôt: la déclaration peut partir à compter du {opens:long} (8 jours avant l'embauche, R1221-4).",
        "Too early: the declaration may leave from {opens:long} on (8 days before the hire, R1221-4).",
    ),
    "denial.hire_passed": (
        "L'heure d'embauche est passée ({hire:long}). Pour déclarer hors délai, demandez-le expressément (--late).",
        "The hour of hire has passed ({hire:long}). To declare late, ask for it explicitly (--late).",
    ),
    "denial.hire_called_off": ("L'embauche n'a pas lieu.", "The hire does not take place."),
    "denial.declared_elsewhere": (
        "L'embauche a été déclarée par ailleurs le {at}. Pour la déclarer quand même: renew --confirm.",
        "The hire was declared elsewhere on {at}. To declare it all the same: renew --confirm.",
    ),
    "denial.other_alive": (
        "Un autre envoi réel de cette embauche est en cours: {other} ({state:word:state}). Attendez sa réponse, ou "
        "abandonnez-le avec confirmation.",
        "Another real attempt of this hire is under way: {other} ({state:word:state}). Wait for its answer, or abandon "
        "it with confirmation.",
    ),
    "denial.new_version_untested": (
        "Nouvelle version du logiciel ou nouveau portail: un test accepté est demandé avant tout envoi réel.",
        "New software version or portal: an accepted test is asked for before any real sending.",
    ),
    "denial.piece_bound": (
        "Un avis prouve que le portail l'avait reçu: il ne peut pas être déclaré perdu.",
        "A receipt proves that the portal had it: it cannot be called lost.",
    ),
    "denial.content_replaced": (
        "Le contenu de {submission} a été remplacé depuis: renouvelez cet envoi (renew).",
        "The content of {submission} was replaced since: renew that attempt.",
    ),
    "denial.newer_attempt": (
        "Un envoi plus récent existe: {newer}. Renouvelez celui-là.",
        "A newer attempt exists: {newer}. Renew that one.",
    ),
    "denial.real_begun": (
        "Cette embauche est déjà partie en mode réel ({real}): pour corriger son contenu, renouvelez cet envoi-là.",
        "This hire has already left in real mode ({real}): to correct its content, renew that attempt.",
    ),
    "denial.accepted_needs_confirm": (
        "Cette déclaration est acceptée et ne sera pas annulée chez le destinataire. Pour en faire une autre: --confirm.",
        "This declaration is accepted and will not be cancelled at the recipient. To make another one: --confirm.",
    ),
    "denial.accepted_stays": (
        "Une déclaration acceptée ne s'abandonne pas ici. Si l'embauche n'a pas lieu, dites-le (--hire).",
        "An accepted declaration is not abandoned here. If the hire does not take place, say so (--hire).",
    ),
    "denial.purged": (
        "Les données personnelles de cette embauche ont été effacées le {at}: il n'y a plus rien à envoyer ni à renouveler. "
        "La preuve du dépôt est conservée.",
        "The personal data of this hire were erased on {at}: nothing is left to send or to renew. The proof of filing is "
        "kept.",
    ),
    "denial.retention_runs": (
        "La durée de conservation court jusqu'au {until}: la loi demande de garder ces données jusque-là.",
        "The retention period runs until {until}: the law asks to keep these data until then.",
    ),
    "denial.answer_awaited": (
        "L'envoi {submission} attend une réponse ({state:word:state}): rattachez l'avis manquant, réglez le doute, ou "
        "abandonnez-le avec confirmation (abandon --confirm).",
        "The attempt {submission} waits for an answer ({state:word:state}): place the missing receipt, settle the doubt, or "
        "abandon it with confirmation (abandon --confirm).",
    ),
    "denial.receipt_in_tray": (
        "L'avis {receipt} attend qu'une personne le rattache ou le mette de côté (attach, set-aside).",
        "The receipt {receipt} waits for a person to attach it or to set it aside (attach, set-aside).",
    ),
    "denial.not_called_off": (
        "Avant la fin de la conservation ({until}), seule une embauche qui n'a pas lieu peut être effacée: notez-le d'abord "
        "(abandon --hire). Le droit à l'effacement ne l'emporte pas sur une obligation légale (RGPD, art. 17.3.b).",
        "Before the end of the retention period ({until}) only a hire that does not take place can be erased: say so first "
        "(abandon --hire). The right to erasure does not override a legal duty (GDPR, art. 17.3.b).",
    ),
    "denial.recipient_holds_it": (
        "L'envoi réel {submission} est ou peut être chez le destinataire ({state:word:state}): sa preuve se garde jusqu'au "
        "{until}.",
        "The real attempt {submission} is or may be at the recipient ({state:word:state}): its proof is kept until {until}.",
    ),
    "denial.declared_all_the_same": (
        "L'embauche a été déclarée par ailleurs: ces données se gardent jusqu'au {until}.",
        "The hire was declared elsewhere: these data are kept until {until}.",
    ),
    # ---- faults of an input
    "input.purged": (
        "{reference}: les données personnelles de cette embauche ont été effacées le {at}; sa référence ne sert plus à une "
        "autre déclaration. Prenez une nouvelle référence.",
        "{reference}: the personal data of this hire were erased on {at}; its reference serves no other declaration. Take a "
        "new reference.",
    ),
    "input.purge_what": (
        "Dites soit un jour (before), soit des références, pas les deux.",
        "Say either a day (before) or references, not both.",
    ),
    "input.early_by_name": (
        "Un effacement avant terme se demande embauche par embauche: donnez les références.",
        "Erasure before its time is asked for hire by hire: give the references.",
    ),
    "input.refused": ("Entrée refusée.", "Input refused."),
    "input.missing": ("ce champ manque", "this field is missing"),
    "input.unknown_field": ("champ inconnu", "unknown field"),
    "input.field": (
        "valeur refusée (attendu: {expected} {limits})",
        "value refused (expected: {expected} {limits})",
    ),
    "input.empty": ("la valeur est vide", "the value is empty"),
    "input.bad_siren": (
        "« {value} » n'est pas un SIREN: 9 chiffres, clé de contrôle juste.",
        "“{value}” is not a SIREN: 9 digits with a right key.",
    ),
    "input.bad_siret": (
        "« {value} » n'est pas un SIRET: 14 chiffres, clé de contrôle juste.",
        "“{value}” is not a SIRET: 14 digits with a right key.",
    ),
    "input.bad_ape": (
        "« {value} » n'est pas un code APE: 4 chiffres et une lettre.",
        "“{value}” is not an APE code: 4 digits and a letter.",
    ),
    "input.bad_urssaf_code": (
        "« {value} » n'est pas un code URSSAF: 3 chiffres.",
        "“{value}” is not an URSSAF code: 3 digits.",
    ),
    "input.bad_postal_code": (
        "« {value} » n'est pas un code postal: 5 chiffres.",
        "“{value}” is not a postal code: 5 digits.",
    ),
    "input.bad_department": (
        "« {value} » n'est pas un département de naissance: 01 à 95, 2A, 2B, 97, 98, ou 99 à l'étranger.",
        "“{value}” is not a department of birth: 01 to 95, 2A, 2B, 97, 98, or 99 abroad.",
    ),
    "input.bad_nir": (
        "ce numéro de sécurité sociale n'a pas la bonne forme: 13 caractères et une clé de 2 chiffres.",
        "this social security number has not the right form: 13 characters and a key of 2 digits.",
    ),
    "input.bad_nir_key": (
        "la clé de ce numéro de sécurité sociale est fausse: vérifiez la saisie.",
        "the key of this social security number is wrong: check what was typed.",
    ),
    "input.bad_reference": (
        "la référence doit compter 1 à 120 caractères, sans caractère de contrôle.",
        "the reference must be 1 to 120 characters without control characters.",
    ),
    "input.holds_a_nir": (
        "un numéro de sécurité sociale est écrit ici: une colonne a été prise pour une autre.",
        "a social security number is written here: one column was taken for another.",
    ),
    "input.reference_is_a_nir": (
        "un numéro de sécurité sociale ne sert jamais de référence (décret 2019-341): prenez un numéro interne.",
        "a social security number is never a reference (décret 2019-341): take an internal number.",
    ),
    "input.not_a_word": ("« {value} » n'est pas attendu ici: {known}.", "“{value}” is not expected here: {known}."),
    "input.bad_timezone": ("« {value} » n'est pas un fuseau horaire.", "“{value}” is not a time zone."),
    "input.naive_instant": (
        "un instant avec fuseau horaire est attendu.",
        "an instant with a time zone is expected.",
    ),
    "input.bad_submission_id": (
        "« {value} » n'est pas un envoi: attendu RÉFÉRENCE/test/1 ou RÉFÉRENCE/real/1.",
        "“{value}” is not an attempt: expected REFERENCE/test/1 or REFERENCE/real/1.",
    ),
    "input.bad_wave": ("la vague est un nombre à partir de 1.", "the wave is a number from 1 on."),
    "input.born_after_hire": (
        "la personne serait née après l'embauche ({start}).",
        "the person would be born after the hire ({start}).",
    ),
    "input.end_date_needed": (
        "un {kind} demande une date de fin.",
        "a {kind} needs an end date.",
    ),
    "input.end_date_of_cdi": ("un CDI n'a pas de date de fin.", "a CDI has no end date."),
    "input.ends_before_start": (
        "la date de fin ({end}) précède l'embauche ({start}).",
        "the end date ({end}) is before the hire ({start}).",
    ),
    "input.establishment_of_another": (
        "l'établissement {siret} n'est pas du SIREN {siren}.",
        "the establishment {siret} is not of the SIREN {siren}.",
    ),
    "input.establishment_twice": (
        "le client {siren} a deux fois le même établissement.",
        "the client {siren} has the same establishment twice.",
    ),
    "input.mandate_covers_nothing": (
        "le mandat ne couvre aucune téléprocédure.",
        "the mandate covers no téléprocédure.",
    ),
    "input.mandate_ends_before_start": (
        "le mandat finirait ({end}) avant d'être signé ({start}).",
        "the mandate would end ({end}) before it is signed ({start}).",
    ),
    "input.establishment_unknown": (
        "L'établissement {siret} n'est pas dans le dossier de {client}: importez-le avec les clients.",
        "The establishment {siret} is not in the file of {client}: import it with the clients.",
    ),
    "input.content_differs": (
        "{reference}: le contenu diffère de ce qui a déjà été tenté ({last}). Pour corriger: renew {last}.",
        "{reference}: the content differs from what was already attempted ({last}). To correct it: renew {last}.",
    ),
    "input.renew_of_another_hire": (
        "Un renouvellement garde la référence {reference} et le client {siren}.",
        "A renewal keeps the reference {reference} and the client {siren}.",
    ),
    "input.reason_needed": ("Dites pourquoi, en une ligne.", "Say why, in one line."),
    "input.nothing_named": (
        "Rien n'est désigné: donnez au moins un identifiant.",
        "Nothing is named: give an id.",
    ),
    "input.sent_in_future": (
        "L'envoi serait à venir ({at}).",
        "It would have been sent in the future ({at}).",
    ),
    "input.one_ref_one_deposit": (
        "Une référence désigne un seul dépôt, ceci en ferait {deposits}: notez-les un à un.",
        "One reference names one deposit, this would make {deposits}: note them one by one.",
    ),
    "input.settle_one_of": (
        "Dites soit la référence du portail, soit qu'il n'a rien (l'un des deux).",
        "Say either the portal's reference, or that it has nothing (one of both).",
    ),
    "input.settle_ref_known": (
        "Le portail connaît {deposit} sous {ref}: il ne peut pas ne rien avoir.",
        "The portal knows {deposit} as {ref}: it cannot have nothing.",
    ),
    "input.empty_ref": ("La référence du portail est vide.", "The portal's reference is empty."),
    "input.ref_known": (
        "{deposit} a déjà la référence {ref}.",
        "{deposit} already has the reference {ref}.",
    ),
    "input.ref_taken": (
        "La référence {ref} est déjà celle de {deposit}.",
        "The reference {ref} is already that of {deposit}.",
    ),
    "input.no_portal": (
        "Aucun portail n'est branché pour envoyer (connu: {known}). Envoyez par vous-même, puis mark-sent.",
        "No portal is plugged in to send with (known: {known}). Send by yourself, then mark-sent.",
    ),
    "input.joined_send": (
        "Dans la transaction de l'hôte rien n'est envoyé: libérez, puis envoyez après le commit.",
        "Nothing is sent inside the host's transaction: release, then send after its commit.",
    ),
    "input.joined_async": (
        "Dans la transaction de l'hôte il n'y a pas d'AsyncDueWorkflow: appelez un DueWorkflow ordinaire par "
        "AsyncSession.run_sync.",
        "There is no AsyncDueWorkflow inside the host's transaction: call a plain DueWorkflow under "
        "AsyncSession.run_sync.",
    ),
    "input.no_threads": (
        "Il faut au moins un fil d'exécution (max_threads).",
        "There must be at least one thread (max_threads).",
    ),
    "input.database_address": (
        "L'adresse de la base ne se lit pas, ou son type ou son pilote n'existe pas: "
        "attendu postgresql://compte@hôte:port/base (dans un mot de passe, @ s'écrit %40 et / s'écrit %2F).",
        "The address of the database cannot be read, or there is no such kind or driver: "
        "expected postgresql://account@host:port/base (in a password, @ is written %40 and / %2F).",
    ),
    "input.table_prefix": (
        "Le préfixe des tables a 1 à 32 signes parmi a-z, 0-9 et _, et ne commence pas par un chiffre.",
        "The prefix of the tables is 1 to 32 of a-z, 0-9 and _, and does not begin with a digit.",
    ),
    "input.joined_worker": (
        "Un Worker ne travaille pas dans la transaction de l'hôte: donnez-lui un stockage à lui.",
        "A Worker does not work inside the host's transaction: give it a storage of its own.",
    ),
    "input.downgrade_erases": (
        "Revenir là effacerait {records:plural:la fiche|les # fiches} de {table} et {records:plural:son journal|leurs journaux}: dites-le expressément (erase=True).",
        "Going back there would erase {records:plural:the one record|the # records} of {table} and {records:plural:its journal|their journals}: say so (erase=True).",
    ),
    "input.attach_unreadable": (
        "L'avis {receipt} est illisible: il reste conservé, demandez-en un autre au portail.",
        "The receipt {receipt} cannot be read: it is kept, ask the portal for another.",
    ),
    "input.attach_not_in_tray": (
        "L'avis {receipt} n'est pas en attente ({state:word:received}).",
        "The receipt {receipt} is not in the tray ({state:word:received}).",
    ),
    "input.attach_without_deposit": (
        "{submission} n'a pas de dépôt: marquez-le envoyé d'abord (mark-sent).",
        "{submission} has no deposit: mark it sent first (mark-sent).",
    ),
    "input.attach_not_said": (
        "L'avis {receipt} ne dit pas « {outcome:word:outcome} » d'autant de déclarations. Il dit: {said:word:outcome}.",
        "The receipt {receipt} does not say “{outcome:word:outcome}” of so many declarations. It says: {said:word:outcome}.",
    ),
    "input.attach_two_deposits": (
        "L'avis {receipt} ne peut concerner qu'un dépôt.",
        "The receipt {receipt} can concern one deposit only.",
    ),
    "input.attach_other_mode": (
        "L'avis {receipt} et le dépôt {deposit} ne sont pas du même mode.",
        "The receipt {receipt} and the deposit {deposit} are not of the same mode.",
    ),
    "input.attach_other_account": (
        "L'avis {receipt} et le dépôt {deposit} ne sont pas du même compte de portail.",
        "The receipt {receipt} and the deposit {deposit} are not of the same portal account.",
    ),
    "input.attach_other_ref": (
        "L'avis {receipt} porte une autre référence que le dépôt {deposit} ({ref}).",
        "The receipt {receipt} has another reference than the deposit {deposit} ({ref}).",
    ),
    # ---- days and hours
    "input.instant_naive": (
        "Un instant avec fuseau horaire est attendu, reçu: {got}.",
        "An instant with a time zone is expected, got: {got}.",
    ),
    "input.day_expected": (
        "Une date sans heure est attendue.",
        "A date without an hour is expected.",
    ),
    "input.year_out_of_range": (
        "{day} est hors des années calculées ({first} à {last}).",
        "{day} is outside the years that are computed ({first} to {last}).",
    ),
    "input.count_refused": (
        "Un nombre entier de jours, 0 ou plus, est attendu, reçu: {n}.",
        "A whole number of days, 0 or more, is expected, got: {n}.",
    ),
    "input.count_out_of_range": (
        "{n:plural:# jour|# jours} après le {day} {n:plural:dépasse|dépassent} l'année {last}.",
        "{n:plural:# day|# days} after {day} {n:plural:goes|go} beyond the year {last}.",
    ),
    "input.day_kind_unknown": (
        "Type de jour inconnu: {kind}; attendu: {known}.",
        "Unknown kind of day: {kind}; expected: {known}.",
    ),
    "input.territory_unknown": (
        "Territoire inconnu: {territory}; attendu: {known}.",
        "Unknown territory: {territory}; expected: {known}.",
    ),
    "input.zone_unknown": ("Fuseau horaire inconnu: {zone}.", "Unknown time zone: {zone}."),
    "input.hour_not_naive": (
        "Une heure locale sans fuseau est attendue, reçu: {got}.",
        "A local hour without a time zone is expected, got: {got}.",
    ),
    "input.hour_does_not_exist": (
        "L'heure {hour} n'existe pas ({zone}): le passage à l'heure d'été la saute.",
        "The hour {hour} does not exist ({zone}): the change to summer time skips it.",
    ),
    "input.lang_unknown": (
        "Langue inconnue: {lang}; attendu: fr ou en.",
        "Unknown language: {lang}; expected: fr or en.",
    ),
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
    # ---- other errors
    "error.transition_refused": (
        "{case} ({state:word:state}): « {event:word:event} » est refusé.",
        "{case} ({state:word:state}): “{event:word:event}” is refused.",
    ),
    "error.not_found": (
        "{what:word:what} introuvable dans ce cabinet: {id}.",
        "no such {what:word:what} in this firm: {id}.",
    ),
    "error.conflict": (
        "Un autre traitement a modifié la même chose en même temps ({refs}): rechargez et recommencez.",
        "Another writer changed the same thing at the same time ({refs}): load again and retry.",
    ),
    "error.key_reused": (
        "La clé d'idempotence « {key} » a déjà servi pour un autre contenu: prenez-en une autre.",
        "The idempotency key “{key}” was already used with other content: take another one.",
    ),
    "error.not_sent": (
        "Rien n'est parti ({why}): l'envoi reste à faire.",
        "Nothing left ({why}): it remains to be sent.",
    ),
    "error.cannot_tell": (
        "Le portail ne peut pas dire s'il a reçu le dépôt ({why}).",
        "The portal cannot tell whether it has the deposit ({why}).",
    ),
    "error.retry": ("À réessayer plus tard ({why:trouble}).", "To be tried again later ({why:trouble})."),
    "error.undeliverable": ("Impossible à remettre ({why:trouble}).", "Cannot be delivered ({why:trouble})."),
    "error.record_of_another_version": (
        "{ref} a été écrit par une autre version de due_workflow (connue ici: {known}): mettez la bibliothèque à jour.",
        "{ref} was written by another version of due_workflow (known here: {known}): upgrade the library.",
    ),
    "error.record_unreadable": (
        "{ref} ne peut pas être lu ({why}): restaurez une sauvegarde.",
        "{ref} cannot be read ({why}): restore a backup.",
    ),
    "error.journal_gap": (
        "Journal de {case}: l'entrée {seq} manque.",
        "Journal of {case}: entry {seq} is missing.",
    ),
    "error.journal_changed": (
        "Journal de {case}: l'entrée {seq} a été modifiée ou déplacée.",
        "Journal of {case}: entry {seq} was changed or moved.",
    ),
    "error.journal_head": (
        "Journal de {case}: il ne finit pas à l'entrée {seq} que la fiche annonce.",
        "Journal of {case}: it does not end at entry {seq} as the record says.",
    ),
    "error.journal_fold": (
        "Journal de {case}: rejoué jusqu'à l'entrée {seq}, il ne donne pas la fiche.",
        "Journal of {case}: replayed up to entry {seq}, it does not give the record.",
    ),
    # ---- the storage
    "error.storage_missing": (
        "La base {path} n'existe pas: vérifiez --db, ou commencez-la.",
        "The database {path} does not exist: check --db, or begin it.",
    ),
    "error.storage_locked": (
        "Un autre programme occupe la base {path} depuis plus de {seconds} s. Fermez ce qui l'a ouverte (sauvegarde, visionneuse) puis recommencez: rien n'a été écrit.",
        "Another program has held {path} for more than {seconds} s. Close whatever has it open (a backup, a viewer), then try again: nothing was written.",
    ),
    "error.storage_read_only": (
        "La base {path} ou son dossier ne peut être lu ou écrit par cet utilisateur. Donnez-lui les droits de lecture et d'écriture sur le fichier et son dossier.",
        "This user cannot read or write {path} or its directory. Grant read and write access to the file and its directory.",
    ),
    "error.storage_foreign": (
        "{path} n'est pas une base de due_workflow: le fichier n'a pas été touché. Choisissez un autre chemin.",
        "{path} is not a due_workflow database: the file was left alone. Choose another path.",
    ),
    "error.storage_newer": (
        "La base {path} vient d'une version plus récente (schéma {found}, connu jusqu'à {known}). Mettez due_workflow à jour.",
        "{path} was written by a newer version (schema {found}, known up to {known}). Upgrade due_workflow.",
    ),
    "error.storage_older": (
        "La base {path} est d'une version antérieure (schéma {found}, attendu {known}): sauvegardez-la, puis lancez due-workflow db upgrade.",
        "{path} is of an older version (schema {found}, expected {known}): back it up, then run due-workflow db upgrade.",
    ),
    "error.storage_needs_extra": (
        'Cette base demande un paquet qui n\'est pas installé ({missing}): pip install "due-workflow[{extra}]".',
        'This database needs a package that is not installed ({missing}): pip install "due-workflow[{extra}]".',
    ),
    "error.storage_needs_driver": (
        "Le pilote de {database} n'est pas installé: pip install {missing}.",
        "The driver of {database} is not installed: pip install {missing}.",
    ),
    "error.storage_foreign_tables": (
        "La base {database} a déjà une table {table} qui n'est pas de nous: rien n'a été changé. "
        "Choisissez un autre préfixe que « {prefix} » (prefix, DUE_DB_PREFIX) ou un autre schéma.",
        "{database} already has a table {table} that is not ours: nothing was changed. "
        "Choose another prefix than “{prefix}” (prefix, DUE_DB_PREFIX) or another schema.",
    ),
    "error.storage_corrupt": (
        "La base {path} est endommagée. Arrêtez d'y écrire, gardez-en une copie et restaurez la dernière sauvegarde.",
        "{path} is damaged. Stop writing to it, keep a copy, and restore the last backup.",
    ),
    "error.storage_full": (
        "Le disque de {path} est plein: rien n'a été écrit. Libérez de la place puis recommencez.",
        "The disk of {path} is full: nothing was written. Free some space, then try again.",
    ),
    "error.storage_failed": (
        "La base {path} n'a pas pu servir: {why}. Rien n'a été écrit.",
        "{path} could not be used: {why}. Nothing was written.",
    ),
    "error.storage_no_wal": (
        "La base {path} n'accepte pas le journal WAL, qui demande un disque local. Placez-la sur un disque local, pas sur un partage réseau.",
        "{path} does not accept a write-ahead log, which needs a local disk. Put it on a local disk, not on a network share.",
    ),
    "error.storage_is_directory": (
        "{path} est un dossier: donnez le chemin d'un fichier.",
        "{path} is a directory: give the path of a file.",
    ),
    "error.storage_no_directory": (
        "Le dossier de {path} n'existe pas: créez-le d'abord.",
        "The directory of {path} does not exist: create it first.",
    ),
    "error.storage_not_a_file": (
        "« {path} » n'est pas un chemin de fichier. Pour un essai sans fichier, utilisez MemoryStorage.",
        "“{path}” is not a file path. For a trial without a file, use MemoryStorage.",
    ),
    "error.storage_no_tables": (
        "La base {database} n'a pas encore les tables « {prefix}… »: lancez due-workflow db upgrade.",
        "The database {database} does not have the “{prefix}…” tables yet: run due-workflow db upgrade.",
    ),
    "error.storage_older_tables": (
        "Les tables « {prefix}… » de {database} sont d'une version antérieure ({found}, attendu {known}): sauvegardez, "
        "puis lancez due-workflow db upgrade.",
        "The “{prefix}…” tables of {database} are of an older version ({found}, expected {known}): back up, then run "
        "due-workflow db upgrade.",
    ),
    "error.storage_newer_tables": (
        "Les tables « {prefix}… » de {database} sont d'une version plus récente ({found}, connue ici: {known}): "
        "mettez la bibliothèque à jour; due-workflow db upgrade n'y changera rien.",
        "The “{prefix}…” tables of {database} are of a newer version ({found}, known here: {known}): upgrade the "
        "library; due-workflow db upgrade will not change that.",
    ),
    "error.storage_unreachable": (
        "La base {database} ne répond pas ({why}): vérifiez qu'elle tourne et son adresse, puis recommencez.",
        "The database {database} does not answer ({why}): see that it runs and its address, then do it again.",
    ),
    "error.storage_no_connection": (
        "Aucune connexion libre vers {database}: agrandissez le pool (pool_size), ou occupez-la moins.",
        "No free connection to {database}: enlarge the pool (pool_size), or keep it less busy.",
    ),
    "error.storage_denied": (
        "La base {database} refuse l'accès aux tables « {prefix}… » ({why}): donnez les droits à ce compte.",
        "The database {database} denies access to the “{prefix}…” tables ({why}): grant this account its rights.",
    ),
    "error.storage_host_failed": (
        "La transaction de l'hôte avait déjà échoué ({why}): annulez-la (rollback), puis recommencez.",
        "The host's transaction had failed before ({why}): roll it back, then do it again.",
    ),
    "error.storage_outcome_unknown": (
        "La connexion à {database} s'est rompue pendant le commit, et nul ne peut dire s'il a eu lieu ({why}): "
        "rechargez avant de répéter quoi que ce soit.",
        "The connection to {database} broke during the commit, and nobody can tell whether it took place ({why}): "
        "load again before you repeat anything.",
    ),
    "error.storage_closed": (
        "La base {path} a été fermée par ce programme: ouvrez-la de nouveau.",
        "{path} was closed by this program: open it again.",
    ),
}
