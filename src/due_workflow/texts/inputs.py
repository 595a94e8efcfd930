"""What is wrong with an input: a value, a day, an hour, a setting; what was expected there."""

from __future__ import annotations

INPUTS: dict[str, tuple[str, str]] = {
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
        "valeur refusée, attendu: {expected:word:fault} {limit}",
        "value refused, expected: {expected:word:fault} {limit}",
    ),
    "fault.greater_than": ("plus que", "more than"),
    "fault.at_least": ("au moins", "at least"),
    "fault.less_than": ("moins que", "less than"),
    "fault.at_most": ("au plus", "at most"),
    "fault.a_multiple": ("un multiple de", "a multiple of"),
    "fault.a_number": ("un nombre", "a number"),
    "fault.a_whole_number": ("un nombre entier", "a whole number"),
    "fault.yes_or_no": ("oui ou non (true, false)", "yes or no (true, false)"),
    "fault.a_text": ("un texte", "a text"),
    "fault.characters_at_least": ("un nombre de caractères d'au moins", "a number of characters of at least"),
    "fault.characters_at_most": ("un nombre de caractères d'au plus", "a number of characters of at most"),
    "fault.a_form": ("un texte de la forme", "a text of the form"),
    "fault.items_at_least": ("un nombre d'éléments d'au moins", "a number of items of at least"),
    "fault.items_at_most": ("un nombre d'éléments d'au plus", "a number of items of at most"),
    "fault.one_of": ("l'un de ces mots:", "one of these words:"),
    "fault.a_day": ("un jour (AAAA-MM-JJ)", "a day (YYYY-MM-DD)"),
    "fault.an_instant": ("un instant, avec son fuseau horaire", "an instant with its time zone"),
    "fault.an_hour": ("une heure (HH:MM)", "an hour (HH:MM)"),
    "fault.a_duration": ("une durée", "a duration"),
    "fault.a_list": ("une liste", "a list"),
    "fault.a_table": ("une table de valeurs nommées", "a table of named values"),
    "fault.bytes": ("des octets", "bytes"),
    "fault.nothing": ("rien", "nothing"),
    "fault.an_address": ("une adresse (URL)", "an address (URL)"),
    "fault.another_value": ("une autre sorte de valeur", "another kind of value"),
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
    "input.attach_mode_contradicted": (
        "Le portail dit avoir pris le dépôt {deposit} en mode {said:word:mode}, il est parti en mode {ours:word:mode}: "
        "l'acceptation de l'avis {receipt} peut être celle d'un envoi en mode {said:word:mode}. Demandez au portail ce qu'il a "
        "pris. S'il répond « {ours:word:mode} », confirmez, sa réponse pour motif (attach --confirm --reason …).",
        "The portal says that it took the deposit {deposit} in {said:word:mode} mode, it left in {ours:word:mode} mode: the "
        "acceptance in the receipt {receipt} may be that of a sending in {said:word:mode} mode. Ask the portal what it took. If "
        "it answers “{ours:word:mode}”, confirm with its answer as the reason (attach --confirm --reason …).",
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
}
