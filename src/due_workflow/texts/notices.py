"""Notices: what a person should know, and what to do about it."""

from __future__ import annotations

NOTICES: dict[str, tuple[str, str]] = {
    "notice.declared": (
        "{submission}: ARS accepté en mode réel, l'embauche est déclarée. {message}",
        "{submission}: real ARS accepted, the hire is declared. {message}",
    ),
    "notice.test_accepted": (
        "{submission}: ARS accepté en mode test. L'embauche n'est PAS déclarée: il reste à l'envoyer en mode réel. "
        "{message}",
        "{submission}: test ARS accepted. The hire is NOT declared: it remains to be sent in real mode. {message}",
    ),
    "notice.portal_rejected": (
        "{submission} ({mode:word:mode}): ACS rejeté par le portail. {message} Corrigez, puis renouvelez l'envoi.",
        "{submission} ({mode:word:mode}): ACS rejected by the portal. {message} Correct it, then renew.",
    ),
    "notice.cirso_rejected": (
        "{submission} ({mode:word:mode}): ARS rejeté par le destinataire. {message} Corrigez, puis renouvelez l'envoi.",
        "{submission} ({mode:word:mode}): ARS rejected by the recipient. {message} Correct it, then renew.",
    ),
    "notice.in_doubt": (
        "{submission} ({mode:word:mode}): la réponse du portail s'est perdue. Vérifiez dans le suivi du portail, puis "
        "dites ce qu'il en est (settle-doubt). Ne renvoyez pas avant.",
        "{submission} ({mode:word:mode}): the portal's answer was lost. Check the portal's follow-up, then say what "
        "became of it (settle-doubt). Do not send again before.",
    ),
    "notice.ads_missing": (
        "{submission} ({mode:word:mode}): pas d'ADS une heure après l'envoi. Vérifiez le suivi du portail.",
        "{submission} ({mode:word:mode}): no ADS an hour after sending. Check the portal's follow-up.",
    ),
    "notice.acs_missing": (
        "{submission} ({mode:word:mode}): pas d'ACS un jour ouvré après l'envoi. Vérifiez le suivi du portail.",
        "{submission} ({mode:word:mode}): no ACS one jour ouvré after sending. Check the portal's follow-up.",
    ),
    "notice.ars_overdue": (
        "{submission} ({mode:word:mode}): l'ARS n'est pas arrivé dans les 5 jours ouvrés. Ce n'est pas un rejet: l'envoi "
        "attend toujours. Relancez le destinataire par le portail.",
        "{submission} ({mode:word:mode}): the ARS did not come within 5 jours ouvrés. It is not a rejection: the attempt "
        "goes on waiting. Ask the recipient through the portal.",
    ),
    "notice.legal_ack": (
        "{submission}: pas d'accusé de réception 5 jours ouvrables après la réception (R1221-7).",
        "{submission}: no acknowledgement 5 jours ouvrables after reception (R1221-7).",
    ),
    "notice.contest": (
        "{submission}: l'accusé n'a pas été contesté pendant 2 jours ouvrables, il fait preuve (R1221-7).",
        "{submission}: the acknowledgement was not contested for 2 jours ouvrables, it is proof (R1221-7).",
    ),
    "notice.window_open": (
        "{reference}: la déclaration peut être envoyée à partir de maintenant (8 jours avant l'embauche, R1221-4).",
        "{reference}: the declaration may be sent from now on (8 days before the hire, R1221-4).",
    ),
    "notice.hire_undeclared": (
        "{reference}: cette embauche n'est PAS déclarée ({status:word:status}) et approche: {hire:long}.",
        "{reference}: this hire is NOT declared ({status:word:status}) and comes near: {hire:long}.",
    ),
    "notice.hire_undeclared_late": (
        "{reference}: l'heure d'embauche est passée ({hire:long}) et l'embauche n'est PAS déclarée ({status:word:status}). "
        "Une déclaration tardive vaut mieux qu'aucune: envoyez-la hors délai.",
        "{reference}: the hour of hire has passed ({hire:long}) and the hire is NOT declared ({status:word:status}). A late "
        "declaration is better than none: send it late.",
    ),
    "notice.retention": (
        "{reference}: la durée de conservation est atteinte, les données personnelles sont à effacer.",
        "{reference}: the retention period has ended, personal data are to be erased.",
    ),
    "notice.purge_waits": (
        "{reference}: la durée de conservation est atteinte, mais l'effacement automatique attend: {reasons:word:cli.reason}.",
        "{reference}: the retention period has ended, but the automatic erasure waits: {reasons:word:cli.reason}.",
    ),
    "notice.mandate_unsigned": (
        "{client}: le mandat demandé n'est toujours pas signé. Relancez le client.",
        "{client}: the mandate that was requested is still not signed. Remind the client.",
    ),
    "notice.mandate_ending": (
        "{client}: le mandat arrive bientôt à son terme. Faites-en signer un nouveau.",
        "{client}: the mandate ends soon. Have a new one signed.",
    ),
    "notice.mandate_ended": (
        "{client}: le mandat a pris fin, plus rien ne peut partir pour ce client.",
        "{client}: the mandate has ended, nothing more can leave for this client.",
    ),
    "notice.mandate_revoked": (
        "{client}: le mandat est retiré à compter du {on:long} ({reason}).",
        "{client}: the mandate is revoked from {on:long} on ({reason}).",
    ),
    "notice.went_live": (
        "{client}: commuté du mode test au mode réel.",
        "{client}: switched from test mode to real mode.",
    ),
    "notice.new_epoch": (
        "Nouveau logiciel ou portail: {after} (avant: {before}). Refaites un envoi en test avant de commuter d'autres "
        "clients; les clients en mode réel continuent.",
        "New software or portal: {after} (before: {before}). Send a test again before switching other clients; live "
        "clients go on.",
    ),
    "notice.new_epoch_block": (
        "Nouveau logiciel ou portail: {after} (avant: {before}). Aucun envoi réel tant qu'un test n'est pas accepté.",
        "New software or portal: {after} (before: {before}). No real sending until a test is accepted.",
    ),
    "notice.proof_fell": (
        "{submission}: le test accepté qui ouvrait le mode réel ne l'est plus ({epoch}). Les clients restent en mode réel: "
        "vérifiez et refaites un test.",
        "{submission}: the accepted test that opened real mode is accepted no more ({epoch}). Clients stay live: check, "
        "and test again.",
    ),
    "notice.contradiction": (
        "{submission}: deux avis se contredisent; il est maintenant {state:word:state}. Vérifiez auprès du portail.",
        "{submission}: two receipts contradict each other; it is now {state:word:state}. Check with the portal.",
    ),
    "notice.double_filing": (
        "{reference}: cette embauche est déclarée deux fois. Vérifiez auprès de l'organisme.",
        "{reference}: this hire is declared twice. Check with the recipient.",
    ),
    "notice.renewed_after_acceptance": (
        "{submission} était acceptée en réel et elle est renouvelée: l'ancienne déclaration n'est pas annulée chez le "
        "destinataire.",
        "{submission} was accepted for real and is renewed: the former declaration is not cancelled at the recipient.",
    ),
    "notice.abandoned_not_cancelled": (
        "{submission}: abandonné ici, mais non annulé chez le destinataire.",
        "{submission}: abandoned here, but not cancelled at the recipient.",
    ),
    "notice.called_off_alive": (
        "{reference}: l'embauche n'a pas lieu ({reason}), mais sa déclaration est partie en mode réel et n'est pas "
        "annulée chez le destinataire. Voyez avec lui.",
        "{reference}: the hire does not take place ({reason}), but its declaration left in real mode and is not cancelled "
        "at the recipient. See with him.",
    ),
    "notice.sent_irregular": (
        "{submission}: envoyé alors que le contrôle l'aurait refusé ({reasons}).",
        "{submission}: sent although the gate would have denied it ({reasons}).",
    ),
    "notice.release_refused": (
        "{submission}: libéré, mais l'envoi est refusé ({reasons}). Voyez « explain », corrigez et libérez de nouveau.",
        "{submission}: released, but sending is refused ({reasons}). See “explain”, correct it and release again.",
    ),
    "notice.release_waits": (
        "{submission}: libéré, mais pas parti après {tries:plural:# essai|# essais} ({why}). Les essais continuent: "
        "vérifiez le portail.",
        "{submission}: released, but not gone after {tries:plural:# try|# tries} ({why}). Trying goes on: check the portal.",
    ),
    "notice.looks_alike": (
        "{reference} ressemble à {other}: même personne, même établissement, même jour. Vérifiez que ce n'est pas un "
        "doublon.",
        "{reference} looks like {other}: same person, establishment and day. Check that it is not a duplicate.",
    ),
    "notice.ref_guessed": (
        "{deposit}: la référence {ref} a été devinée (seul dépôt possible). Confirmez-la ou corrigez-la (learn-ref).",
        "{deposit}: the reference {ref} was guessed (only possible deposit). Confirm or correct it (learn-ref).",
    ),
    "notice.guess_corrected": (
        "{deposit}: la référence devinée {ref} était fausse; ses avis sont revenus en attente.",
        "{deposit}: the guessed reference {ref} was wrong; its receipts are back in the tray.",
    ),
    "notice.mode_mismatch": (
        "{deposit}: un avis parle du mode {said:word:mode}, le dépôt est en mode {ours:word:mode}. Rien n'a changé: "
        "vérifiez tout de suite auprès du portail ce qui a été envoyé.",
        "{deposit}: a receipt speaks of {said:word:mode} mode, the deposit is in {ours:word:mode} mode. Nothing changed: "
        "check with the portal at once what was sent.",
    ),
    "notice.tray_unknown_ref": (
        "Avis {kind:word:kind} {receipt} en attente: aucun dépôt ne porte la référence {ref}. Notez-la (learn-ref) ou "
        "rattachez l'avis (attach).",
        "{kind:word:kind} {receipt} waits: no deposit has the reference {ref}. Note it (learn-ref) or attach the receipt.",
    ),
    "notice.tray_ambiguous": (
        "Avis {kind:word:kind} {receipt} en attente: il ne dit pas quelle embauche du dépôt {ref} il concerne. Rattachez-le "
        "(attach).",
        "{kind:word:kind} {receipt} waits: it does not say which hire of the deposit {ref} it means. Attach it.",
    ),
    "notice.tray_names_another": (
        "Avis {kind:word:kind} {receipt} en attente: sous la référence {ref} il nomme une entreprise qui n'est pas du "
        "dépôt. Vérifiez auprès du portail avant de le rattacher (attach) ou de le mettre de côté (set-aside).",
        "{kind:word:kind} {receipt} waits: under the reference {ref} it names a company that is not of the deposit. Check "
        "with the portal before you attach it or set it aside.",
    ),
    "notice.tray_no_verdict": (
        "Avis {kind:word:kind} {receipt} en attente: il ne se prononce sur aucune déclaration du dépôt {ref}.",
        "{kind:word:kind} {receipt} waits: it speaks of no declaration of the deposit {ref}.",
    ),
    "notice.tray_mode_contradicted": (
        "Avis {kind:word:kind} {receipt} en attente: le portail dit avoir pris le dépôt {ref} dans l'autre mode. Vérifiez "
        "auprès de lui ce qu'il a vraiment pris; ne rattachez rien avant (attach --confirm --reason …).",
        "{kind:word:kind} {receipt} waits: the portal says that it took the deposit {ref} in the other mode. Check with it "
        "what it truly took; attach nothing before (attach --confirm --reason …).",
    ),
    "notice.tray_withdrawn": (
        "Avis {kind:word:kind} {receipt} en attente: il répond au dépôt {ref}, retiré avant l'envoi. Vérifiez auprès du "
        "portail: quelque chose est parti.",
        "{kind:word:kind} {receipt} waits: it answers the deposit {ref}, withdrawn before sending. Check with the portal: "
        "something left.",
    ),
    "notice.tray_unreadable": (
        "Fichier {receipt} en attente: il n'a pas pu être lu ({why:word:unreadable}). Il est conservé tel quel.",
        "File {receipt} waits: it could not be read ({why:word:unreadable}). It is kept as it is.",
    ),
    "health.outbox_late": (
        "Notifications non remises: {count}, la plus ancienne depuis {since:instant} ({case}). Vérifiez que le worker "
        "tourne et que la messagerie répond.",
        "Notices not delivered: {count}, the oldest since {since:instant} ({case}). Check that the worker runs and that "
        "the mail server answers.",
    ),
    "health.deadlines_late": (
        "Échéances non levées: {count}, la plus ancienne depuis {since:instant} ({case}); des statuts peuvent être "
        "périmés. Vérifiez que le worker tourne (ou lancez tick).",
        "Deadlines not raised: {count}, the oldest since {since:instant} ({case}); statuses may be out of date. Check that "
        "the worker runs (or run tick).",
    ),
    "health.orders_late": (
        "Envois libérés ou relèves non faits: {count}, le plus ancien depuis {since:instant} ({case}). Vérifiez que le "
        "worker tourne et que le portail répond.",
        "Released sendings or collections not done: {count}, the oldest since {since:instant} ({case}). Check that the "
        "worker runs and that the portal answers.",
    ),
    "health.mode_contradicted": (
        "Avis qui disent un dépôt pris dans l'autre mode, ou qui y répondent: {count}, le plus ancien depuis {since:instant} "
        "({case}). Demandez tout de suite au portail ce qu'il a pris; ne rattachez rien avant.",
        "Receipts that say a deposit was taken in the other mode, or answer one: {count}, the oldest since {since:instant} "
        "({case}). Ask the portal at once what it took; attach nothing before.",
    ),
    "health.tray_waits": (
        "Avis en attente d'une personne: {count}, le plus ancien depuis {since:instant} ({case}). Rattachez-le (attach) "
        "ou mettez-le de côté (set-aside).",
        "Receipts that wait for a person: {count}, the oldest since {since:instant} ({case}). Attach it or set it aside.",
    ),
    "health.doubt_waits": (
        "Dépôts en doute: {count}, le plus ancien depuis {since:instant} ({case}). Vérifiez dans le suivi du portail, "
        "puis dites ce qu'il en est (settle-doubt).",
        "Deposits in doubt: {count}, the oldest since {since:instant} ({case}). Check the portal's follow-up, then say "
        "what became of it (settle-doubt).",
    ),
    "health.collection_fails": (
        "La relève de {account} échoue: {count} fois de suite ({why}). Vérifiez l'accès au portail.",
        "The collection from {account} fails: {count} times in a row ({why}). Check the access to the portal.",
    ),
    "health.dead_letters": (
        "Notifications abandonnées faute de pouvoir les remettre: {count}. Corrigez l'adresse ou le serveur, puis "
        "remettez-les (notices replay).",
        "Notices given up because they could not be delivered: {count}. Put the address or the server right, then "
        "deliver them again (notices replay).",
    ),
}
