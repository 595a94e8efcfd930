"""Why the procedure does not allow an event now: the reasons that gates and guards give."""

from __future__ import annotations

DENIALS: dict[str, tuple[str, str]] = {
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
    "denial.mode_contradicted": (
        "Le portail dit avoir pris {submission} en mode {said:word:mode}, il est parti en mode {ours:word:mode}: une réponse qui "
        "ne dit pas son mode attend. Demandez au portail ce qu'il a pris.",
        "The portal says that it took {submission} in {said:word:mode} mode, it left in {ours:word:mode} mode: an answer that "
        "says no mode of its own waits. Ask the portal what it took.",
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
}
