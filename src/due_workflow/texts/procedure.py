"""What is said of the procedure: its nine steps in the document's words, its software and portal, the plan's pages."""

from __future__ import annotations

_STEPS = {
    "step.software.title": ("Vérification de la version du logiciel", "Checking the software's version"),
    "step.software.asks": (
        "Demander à l'éditeur si la partie DUE fonctionne; mettre le logiciel à jour si nécessaire.",
        "Ask the editor whether the DUE part works; update the software if needed.",
    ),
    "step.portal.title": ("Choix du portail déclaratif et abonnement", "Choice of the portal and subscription"),
    "step.portal.asks": (
        "Choisir le portail, s'y abonner, et noter les comptes du cabinet.",
        "Choose the portal, subscribe to it, and note the firm's accounts.",
    ),
    "step.documents.title": ("Collecter et remplir les documents", "Collecting and filling in the documents"),
    "step.documents.asks": (
        "Choisir le modèle de mandat entre le cabinet et son client. Un seul mandat, signé une fois, couvre toutes les "
        "téléprocédures: les y laisser toutes, même celles qui ne sont pas encore prévues.",
        "Choose the model of the mandate between the firm and its client. One mandate, signed once, covers every "
        "téléprocédure: keep them all in it, even those not planned yet.",
    ),
    "step.pilots.title": ("Sélectionner les entreprises", "Selecting the companies"),
    "step.pilots.asks": (
        "Une dizaine d'entreprises pour commencer, chez un ou deux collaborateurs, avant tous les dossiers.",
        "About ten companies to begin with, with one or two collaborators, before all the files.",
    ),
    "step.mandates.title": ("Faire adhérer les entreprises", "Having the companies join"),
    "step.mandates.asks": (
        "Chaque entreprise sélectionnée signe le mandat; aucune inscription auprès des destinataires.",
        "Each company selected signs the mandate; no registration with the recipients.",
    ),
    "step.generator.title": (
        "Installer le logiciel de génération des fichiers DUE",
        "Installing the software that generates the DUE files",
    ),
    "step.generator.asks": (
        "Mises à jour ou assistance de l'éditeur, puis noter la version en place.",
        "Updates or assistance from the editor; then note the version in place.",
    ),
    "step.tests.title": ("Envoi en mode test", "Sending in test mode"),
    "step.tests.asks": (
        "Un test accepté (ARS) pour chaque entreprise pilote; sinon renouveler l'opération, ou mettre l'entreprise de "
        "côté en disant pourquoi.",
        "An accepted test (ARS) for every pilot company; otherwise renew the operation, or set the company aside and "
        "say why.",
    ),
    "step.real.title": ("Envoi en mode réel", "Sending in real mode"),
    "step.real.asks": (
        "Commuter du mode test au mode réel, envoyer, et attendre l'ARS: cinq jours ouvrés au plus.",
        "Switch from test mode to real mode, send, and wait for the ARS: five jours ouvrés at most.",
    ),
    "step.report.title": ("Compte rendu de basculement", "Switchover report"),
    "step.report.asks": (
        "Difficultés rencontrées, gains attendus et constatés, prochaines déclarations.",
        "Difficulties met, gains expected and observed, which declarations next.",
    ),
    "span.day": ("{amount:plural:# jour|# jours}", "{amount:plural:# day|# days}"),
    "span.hour": ("{amount:plural:# heure|# heures}", "{amount:plural:# hour|# hours}"),
}

_ENGINE = {
    "clock.step_due": ("étape du mode opératoire", "step of the procedure"),
    "notice.step_late": (
        "Étape {number}, {step:word:step}: elle était à faire pour le {due:day}.",
        "Step {number}, {step:word:step}: it was due on {due:day}.",
    ),
    "notice.plan_out_of_years": (
        "Le plan à partir du {start:day} sort des années calculées ({first} à {last}): planifiez à partir d'un autre jour "
        "(plan --start).",
        "The plan from {start:day} on leaves the years that are computed ({first} to {last}): plan from another day "
        "(plan --start).",
    ),
    "event.clock:step_due": ("échéance: étapes du mode opératoire", "deadline: steps of the procedure"),
    "event.plan_rollout": ("planifier le mode opératoire", "plan the procedure"),
    "event.mark_step": ("marquer une étape à la main", "mark a step by hand"),
    "event.unmark_step": ("retirer une marque faite à la main", "take a mark made by hand back"),
    "event.set_pilot_aside": ("mettre un pilote de côté", "set a pilot aside"),
    "event.take_pilot_back": ("reprendre un pilote", "take a pilot back"),
    "event.confirm_software": ("confirmer la partie DUE du logiciel", "confirm the software's DUE part"),
    "event.subscribe_portal": ("noter l'abonnement au portail", "note the subscription at the portal"),
    "event.choose_mandate_model": ("choisir le modèle de mandat", "choose the mandate's model"),
    "event.report_written": ("noter le compte rendu de basculement", "note the switchover report"),
    "input.plan_circle": (
        "Ces étapes s'attendent les unes les autres, chacune la suivante: {steps}. Changez ce que l'une d'elles attend "
        "(--depends).",
        "These steps wait for each other, each for the next: {steps}. Change what one of them waits for (--depends).",
    ),
    "input.plan_out_of_years": (
        "À partir du {start}, le plan sort des années calculées ({first} à {last}): planifiez à partir d'un autre jour "
        "(plan --start).",
        "From {start} on, the plan leaves the years that are computed ({first} to {last}): plan from another day "
        "(plan --start).",
    ),
    "input.mark_by_nobody": (
        "Dites qui marque l'étape {step} (--by).",
        "Say who marks the step {step} (--by).",
    ),
    "input.not_marked_by_hand": (
        "L'étape {step} n'a pas été marquée à la main: il n'y a rien à retirer.",
        "The step {step} was not marked by hand: there is nothing to take back.",
    ),
    "input.not_a_pilot": (
        "{siren} n'est pas un pilote (vague 1): il n'y a rien à mettre de côté.",
        "{siren} is no pilot (wave 1): there is nothing to set aside.",
    ),
    "input.not_set_aside": ("{siren} n'est pas mis de côté.", "{siren} is not set aside."),
    "input.no_software": (
        "Aucun logiciel n'est noté: notez-le d'abord (software), puis confirmez sa partie DUE.",
        "No software is noted: note it first (software), then confirm its DUE part.",
    ),
    "input.day_to_come": (
        "{day} est à venir: dites le jour où ce fut fait.",
        "{day} is to come: say the day on which it was done.",
    ),
    "input.software_in_place": (
        "{product} {version} est en place et génère les fichiers: notez l'autre version une fois installée.",
        "{product} {version} is in place and generates the files: note the other version once it is installed.",
    ),
    "input.no_portal_chosen": (
        "Aucun portail n'est noté: notez-le d'abord (portal), puis l'abonnement.",
        "No portal is noted: note it first (portal), then the subscription.",
    ),
}

_PAGES = {
    "cli.col.step": ("Étape", "Step"),
    "cli.col.time": ("Temps", "Time"),
    "cli.col.due_by": ("À faire pour le", "Due by"),
    "cli.col.done": ("Effectué", "Done"),
    "cli.col.proof": ("Preuve", "Proof"),
    "cli.plan.title": ("Mode opératoire de {cabinet}", "Operating procedure of {cabinet}"),
    "cli.plan.from": (
        "À partir du {start}; fin prévue le {ends}.",
        "From {start} on; planned to end on {ends}.",
    ),
    "cli.plan.all_done": ("Toutes les étapes sont faites.", "Every step is done."),
    "cli.plan.no_start": (
        "Aucune date encore: {program} plan --start JJ/MM/AAAA",
        "No dates yet: {program} plan --start YYYY-MM-DD",
    ),
    "cli.plan.done": ("{day}, {by}", "{day}, {by}"),
    "cli.plan.late": ("! en retard", "! late"),
    "cli.plan.next": ("→ à faire", "→ to do"),
    "cli.journal.about": ("{event}: {what}", "{event}: {what}"),
    "cli.journal.about_why": ("{event}: {what} ({why})", "{event}: {what} ({why})"),
    "cli.plan.proof": ("{case} n° {number}", "{case} no. {number}"),
    "cli.plan.by_hand": ("à la main: {why}", "by hand: {why}"),
    "cli.plan.step": ("Étape {number} ({key}): {asks}", "Step {number} ({key}): {asks}"),
    "cli.plan.aside": ("Mis de côté: {siren}, {why} ({by})", "Set aside: {siren}, {why} ({by})"),
    "cli.software.none": ("Aucun logiciel n'est noté.", "No software is noted."),
    "cli.software.is": ("Logiciel: {editor} {product} {version}", "Software: {editor} {product} {version}"),
    "cli.software.installed": ("En place.", "In place."),
    "cli.software.chosen": ("Choisi, pas encore en place.", "Chosen, not in place yet."),
    "cli.software.support": (
        "Partie DUE confirmée le {on} par {by}: {how}",
        "DUE part confirmed on {on} by {by}: {how}",
    ),
    "cli.software.unconfirmed": (
        "Partie DUE pas encore confirmée pour cette version: {program} software --confirmed TEXTE",
        "DUE part not confirmed for this version yet: {program} software --confirmed TEXT",
    ),
    "cli.portal.none": ("Aucun portail n'est noté.", "No portal is noted."),
    "cli.portal.is": ("Portail: {name}. Comptes: {accounts}", "Portal: {name}. Accounts: {accounts}"),
    "cli.portal.subscribed": (
        "Abonnement depuis le {on}, pris par {by}, pour: {procedures}",
        "Subscription since {on}, taken by {by}, for: {procedures}",
    ),
    "cli.portal.unsubscribed": (
        "Abonnement pas encore noté: {program} portal --subscribed",
        "Subscription not noted yet: {program} portal --subscribed",
    ),
    "cli.epoch": (
        "Les tests acceptés comptent pour: {epoch}",
        "Accepted tests count for: {epoch}",
    ),
    "cli.model": ("Modèle de mandat: {name}", "Mandate's model: {name}"),
}

_HELP = {
    "cli.help.plan": (
        "Le mode opératoire du cabinet: neuf étapes, « à faire pour le », « effectué », et la preuve de chacune.\n\n"
        "Les étapes se cochent d'elles-mêmes: le journal du dossier indiqué le prouve. Avec --start, les dates sont "
        "calculées et recalculées d'après ce qui est fait.",
        "The firm's operating procedure: nine steps, by when each is due, when it was done, and its proof.\n\n"
        "Steps tick themselves: the journal of the case named proves it. With --start the dates are computed, and "
        "again from what is done.",
    ),
    "cli.example.plan": (
        "Exemple: due-workflow plan --start 07/09/2026 --depends generator=portal --time mandates=10j",
        "Example: due-workflow plan --start 2026-09-07 --depends generator=portal --time mandates=10d",
    ),
    "cli.help.software": (
        "Le logiciel qui génère les fichiers: l'éditeur, le produit, la version, et qui a confirmé sa partie DUE. Sans "
        "argument, le montre.",
        "The software that generates the files: editor, product, version, and who confirmed its DUE part. Without "
        "arguments, shows it.",
    ),
    "cli.example.software": (
        'Exemple: due-workflow software Editeur Paie 12.3 --confirmed "appel au support, ticket 4711"',
        'Example: due-workflow software Editor Payroll 12.3 --confirmed "call to the support desk, ticket 4711"',
    ),
    "cli.help.portal": (
        "Le portail du cabinet: comptes, abonnement, téléprocédures. Sans argument, le montre.",
        "The firm's portal: accounts, subscription, téléprocédures. Without arguments, shows it.",
    ),
    "cli.example.portal": (
        "Exemple: due-workflow portal jedeclare CAB0042 --subscribed --on 10/09/2026",
        "Example: due-workflow portal jedeclare CAB0042 --subscribed --on 2026-09-10",
    ),
    "cli.help.mandate.choose": (
        "Étape 2: note le modèle de mandat que les clients signeront.",
        "Step 2: notes the model of the mandate that clients will sign.",
    ),
    "cli.example.mandate.choose": (
        'Exemple: due-workflow mandate choose "modèle du portail 2026" --document modele.pdf',
        'Example: due-workflow mandate choose "portal\'s model 2026" --document model.pdf',
    ),
    "cli.arg.model_name": ("Le modèle, tel que vous le nommez.", "The model, as you name it."),
    "cli.opt.model_document": (
        "Le fichier du modèle; seule son empreinte est gardée.",
        "The model's file; only its digest is kept.",
    ),
    "cli.opt.plan_start": ("Premier jour de travail.", "First day of work."),
    "cli.opt.plan_depends": (
        "Ce qu'une étape attend, au lieu de celle du dessus (ÉTAPE=ÉTAPE,ÉTAPE; vide: rien; répétable).",
        "What a step waits for, instead of the one above (STEP=STEP,STEP; empty: nothing; repeatable).",
    ),
    "cli.opt.plan_time": (
        "Le temps d'une étape: 10j, 0,5j ou 3h (répétable).",
        "The time of a step: 10d, 0.5d or 3h (repeatable).",
    ),
    "cli.opt.plan_days": (
        "Jours travaillés: ouvres (lundi à vendredi) ou ouvrables (lundi à samedi).",
        "Days of work: ouvres (Monday to Friday) or ouvrables (Monday to Saturday).",
    ),
    "cli.opt.plan_hours": ("Heures de travail par jour (7).", "Hours of work a day (7)."),
    "cli.opt.plan_pilots": (
        "Combien de pilotes font la sélection de l'étape 3 (1).",
        "How many pilots make the selection of step 3 (1).",
    ),
    "cli.opt.plan_mark": ("Marque une étape faite, à la main; dites --why.", "Marks a step done by hand; say --why."),
    "cli.opt.plan_unmark": ("Retire une marque faite à la main.", "Takes a mark made by hand back."),
    "cli.opt.plan_aside": (
        "Met de côté un pilote que l'on n'attend plus; dites --why.",
        "Sets aside a pilot that is not waited for any more; say --why.",
    ),
    "cli.opt.plan_back": ("Reprend un pilote mis de côté.", "Takes back a pilot that was set aside."),
    "cli.opt.why": ("Pourquoi, en une ligne.", "Why, in one line."),
    "cli.opt.chosen": ("Choisi, mais pas encore en place.", "Chosen, but not in place yet."),
    "cli.opt.confirmed": (
        "L'éditeur confirme la partie DUE: comment, en une ligne.",
        "The editor confirms the DUE part: how, in one line.",
    ),
    "cli.opt.confirmed_on": ("Le jour (aujourd'hui).", "The day (today)."),
    "cli.opt.subscribed": ("L'abonnement est pris.", "The subscription is taken."),
    "cli.opt.further": ("Un autre compte du cabinet (répétable).", "A further account of the firm (repeatable)."),
    "cli.opt.procedures": (
        "Une téléprocédure de l'abonnement (répétable); toutes, sauf mention.",
        "A téléprocédure of the subscription (repeatable); all unless told.",
    ),
    "cli.meta.step": ("ÉTAPE", "STEP"),
    "cli.meta.depends": ("ÉTAPE=ÉTAPES", "STEP=STEPS"),
    "cli.meta.time": ("ÉTAPE=TEMPS", "STEP=TIME"),
    "cli.usage.plan_start": (
        "{option} va avec --start, au premier plan.",
        "{option} goes with --start, at the first plan.",
    ),
    "cli.usage.why": ("Dites pourquoi: --why.", "Say why: --why."),
    "cli.usage.step_equals": (
        "{option}: « {value} » n'est pas de la forme ÉTAPE=…",
        '{option}: "{value}" is not of the form STEP=…',
    ),
    "cli.usage.time": (
        "{option}: « {value} » n'est pas un temps (10j, 0,5j, 3h).",
        '{option}: "{value}" is no time (10d, 0.5d, 3h).',
    ),
    "cli.usage.no_plain_file": (
        "{name} n'est pas un fichier ordinaire (un tube, un périphérique): donnez un fichier.",
        "{name} is no plain file (a pipe, a device): give a file.",
    ),
    "cli.usage.no_text_file": (
        "{name} n'est pas un texte en UTF-8.",
        "{name} is no text in UTF-8.",
    ),
    "cli.usage.all_three": (
        "L'éditeur, le produit et la version vont ensemble.",
        "Editor, product and version go together.",
    ),
    "cli.usage.goes_with": ("{option} va avec {other}.", "{option} goes with {other}."),
}

PROCEDURE: dict[str, tuple[str, str]] = {**_STEPS, **_ENGINE, **_PAGES, **_HELP}
