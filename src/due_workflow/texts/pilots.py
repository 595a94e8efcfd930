"""What is said of pilots and waves (step 3): why a client begins, follows later or never does, and the window's words."""

from __future__ import annotations

_REASONS = {
    "pilot.hires_registered": (
        "{count:plural:aucune embauche à venir n'est enregistrée|# embauche à venir|# embauches à venir}",
        "{count:plural:no hire to come is registered|# hire to come|# hires to come}",
    ),
    "pilot.hires_given": (
        "{count:plural:aucune embauche attendue, selon le cabinet|# embauche attendue, selon le cabinet|"
        "# embauches attendues, selon le cabinet}",
        "{count:plural:no hire expected, says the firm|# hire expected, says the firm|# hires expected, says the firm}",
    ),
    "pilot.complete": ("rien ne manque pour déclarer", "nothing is missing to declare"),
    "pilot.missing": ("à compléter: {fields:word:field}", "to complete: {fields:word:field}"),
    "pilot.followed": (
        "suivi par {collaborator} ({load:plural:# client|# clients})",
        "followed by {collaborator} ({load:plural:# client|# clients})",
    ),
    "pilot.followed_by_nobody": (
        "suivi par personne: dites qui s'en charge",
        "followed by nobody: say who takes care of it",
    ),
    "pilot.partly": (
        "{covered} de ses {places} établissements passent par ce canal",
        "{covered} of its {places} establishments go through this channel",
    ),
    "pilot.chosen": ("retenu par les critères", "chosen by the criteria"),
    "pilot.by_hand": ("retenu à la main", "chosen by hand"),
    "pilot.already": ("déjà sélectionné", "selected already"),
    "pilot.dropped": ("écarté à la main", "left out by hand"),
    "pilot.ranked_after": ("vient après les retenus", "comes after those chosen"),
    "pilot.other_collaborator": ("suivi par un autre collaborateur", "followed by another collaborator"),
    "pilot.withdrawn": (
        "Son mandat est retiré ou terminé: un nouveau d'abord.",
        "Its mandate was withdrawn or has ended: a new one first.",
    ),
    "pilot.no_establishment": ("Aucun établissement enregistré.", "No establishment is registered."),
    "pilot.under_way": ("Déjà en route ({state:word:client_state}).", "Under way already ({state:word:client_state})."),
    "pilot.few": (
        "{count:plural:Aucune entreprise|Une seule entreprise|# entreprises seulement} pour {size} voulues.",
        "{count:plural:No company|Only one company|Only # companies} for {size} wanted.",
    ),
    "pilot.many": (
        "{count} entreprises, plus que les {size} voulues: les choix faits à la main ou auparavant comptent tous.",
        "{count} companies, more than the {size} wanted: those chosen by hand or before all count.",
    ),
    "pilot.collaborators_forced": (
        "{count} collaborateurs au lieu de {most} au plus: ceux-là seuls suivent trop peu d'entreprises.",
        "{count} collaborators instead of {most} at most: so few follow too few companies.",
    ),
    "pilot.collaborators_by_hand": (
        "{count} collaborateurs au lieu de {most} au plus, par les choix faits à la main ou auparavant.",
        "{count} collaborators instead of {most} at most, by what was chosen by hand or before.",
    ),
    "pilot.unready": (
        "{count:plural:# entreprise n'est pas prête|# entreprises ne sont pas prêtes}: sans embauche attendue, ou à "
        "compléter.",
        "{count:plural:# company is not ready|# companies are not ready}: no hire expected, or data to complete.",
    ),
    "excluded.regime_not_covered": (
        "son régime ne passe pas par ce canal",
        "its regime does not go through this channel",
    ),
    "excluded.territory_not_covered": ("son territoire est hors de ce canal", "its territory is outside this channel"),
    "excluded.withdrawn": ("son mandat est retiré", "its mandate was withdrawn"),
    "excluded.no_establishment": ("il n'a aucun établissement", "it has no establishment"),
    "excluded.under_way": ("il est déjà en route", "it is under way already"),
    "field.urssaf_code": ("code URSSAF", "URSSAF code"),
    "field.health_service": ("service de santé au travail", "occupational health service"),
    "field.phone": ("téléphone", "phone"),
}

_REFUSED = {
    "input.pilot_unknown": (
        "{value} n'est pas un client du cabinet.",
        "{value} is no client of the firm.",
    ),
    "input.pilot_excluded": (
        "{siren} ne peut pas être choisi: {why:word:excluded}.",
        "{siren} cannot be chosen: {why:word:excluded}.",
    ),
    "input.pilot_taken": (
        "{siren} est déjà sélectionné: il ne peut plus être écarté ici.",
        "{siren} is selected already: it cannot be left out here any more.",
    ),
    "input.pilot_count": (
        "{what}: un nombre entier à partir de {least} est attendu, reçu: {value}.",
        "{what}: a whole number from {least} on is expected, got: {value}.",
    ),
    "input.waves_size_or_weeks": (
        "Dites soit la taille d'une vague (size), soit le nombre de semaines (weeks).",
        "Say either the size of a wave (size) or the number of weeks (weeks).",
    ),
}

_WINDOW = {
    "cli.pilots.title": (
        "{count:plural:Aucune entreprise proposée|Une entreprise proposée|# entreprises proposées} pour commencer "
        "(étape 3)",
        "{count:plural:No company proposed|One company proposed|# companies proposed} to begin with (step 3)",
    ),
    "cli.pilots.team": (
        "{collaborator} ({load:plural:# client|# clients})",
        "{collaborator} ({load:plural:# client|# clients})",
    ),
    "cli.pilots.nobody": ("personne", "nobody"),
    "cli.pilots.who": ("Suivies par: {collaborators}", "Followed by: {collaborators}"),
    "cli.pilots.note": ("! {text}", "! {text}"),
    "cli.pilots.excluded": ("Écartées d'office", "Left out by rule"),
    "cli.pilots.more": (
        "… et {count:plural:# autre|# autres} (--limit 0 pour tout voir).",
        "… and {count} more (--limit 0: all).",
    ),
    "cli.pilots.left": (
        "{count:plural:Une autre entreprise reste|# autres entreprises restent} pour la suite: {program} pilots --waves",
        "{count:plural:One other company is left|# other companies are left} for later: {program} pilots --waves",
    ),
    "cli.pilots.then": (
        "Changez avec --add et --drop; puis, avec les mêmes options: {command} --take",
        "Change it with --add and --drop; then, with the same options: {command} --take",
    ),
    "cli.pilots.nothing": ("Rien à sélectionner.", "Nothing to select."),
    "cli.pilots.first": (
        "Les pilotes ne sont pas encore sélectionnés: {program} pilots",
        "The pilots are not selected yet: {program} pilots",
    ),
    "cli.pilots.wave": (
        "Vague {number}, à partir du {starts:long}: {count:plural:# entreprise|# entreprises}",
        "Wave {number}, from {starts:long} on: {count:plural:# company|# companies}",
    ),
    "cli.pilots.wave_more": ("    … et {count:plural:# autre|# autres}", "    … and {count} more"),
    "cli.pilots.wave_then": (
        "Pour sélectionner la première de ces vagues: {command} --take",
        "To select the first of these waves: {command} --take",
    ),
    "cli.col.because": ("Pourquoi", "Why"),
    "cli.help.pilots": (
        "Propose les entreprises pilotes (étape 3): une dizaine, chez un ou deux collaborateurs, avec la raison de "
        "chaque choix. Ne change rien sans --take.\n\n"
        "Critères: des embauches attendues, des données complètes, un collaborateur qui suit peu de clients; régimes "
        "spéciaux et territoires non couverts sont exclus. Avec --waves: la suite, par vagues.",
        "Proposes the pilot companies (step 3): about ten, with one or two collaborators, and the reason for each "
        "choice. Changes nothing without --take.\n\n"
        "Criteria: hires expected, complete data, a collaborator who follows few clients; special regimes and "
        "territories that are not covered are excluded. With --waves: those who follow, in waves.",
    ),
    "cli.example.pilots": (
        "Exemple: due-workflow pilots --expect 800000010=4 --drop 800000028 --take",
        "Example: due-workflow pilots --expect 800000010=4 --drop 800000028 --take",
    ),
    "cli.opt.pilots_size": (
        "Combien d'entreprises (10, ou autant que déjà sélectionnées).",
        "How many companies (10, or as many as are selected already).",
    ),
    "cli.opt.pilots_collaborators": ("Combien de collaborateurs au plus.", "How many collaborators at most."),
    "cli.opt.pilots_expect": (
        "Embauches attendues d'un client, au lieu de celles enregistrées (SIREN=nombre; répétable).",
        "Hires expected of a client, instead of those registered (SIREN=number; repeatable).",
    ),
    "cli.opt.pilots_add": ("Retenir ce client (répétable).", "Choose this client (repeatable)."),
    "cli.opt.pilots_drop": (
        "Laisser ce client pour plus tard (répétable); un autre monte.",
        "Leave this client for later (repeatable); another moves up.",
    ),
    "cli.opt.pilots_keep": (
        "Retenir exactement ces clients (répétable); personne d'autre ne monte.",
        "Choose exactly these clients (repeatable); nobody else moves up.",
    ),
    "cli.opt.pilots_take": (
        "Sélectionner ce qui est proposé: les pilotes, ou avec --waves la première vague.",
        "Select what is proposed: the pilots, or with --waves the first wave.",
    ),
    "cli.opt.pilots_waves": (
        "Montrer la généralisation par vagues.",
        "Show the generalisation in waves.",
    ),
    "cli.opt.pilots_per_wave": (
        "Combien d'entreprises par vague (20, ou ce que demande --weeks).",
        "How many companies a wave has (20, or what --weeks asks for).",
    ),
    "cli.opt.pilots_weeks": (
        "En combien de semaines toutes auront commencé.",
        "In how many weeks all shall have begun.",
    ),
    "cli.opt.pilots_start": (
        "Premier jour de la première vague (JJ/MM/AAAA); aujourd'hui sans cela.",
        "First day of the first wave (YYYY-MM-DD); today otherwise.",
    ),
    "cli.usage.expect": (
        "--expect veut SIREN=nombre, reçu: {value}.",
        "--expect takes SIREN=number, got: {value}.",
    ),
    "cli.usage.waves_only": ("{option} va avec --waves.", "{option} goes with --waves."),
}

PILOTS: dict[str, tuple[str, str]] = {**_REASONS, **_REFUSED, **_WINDOW}
