"""What the switchover report (compte rendu de basculement) says."""

from __future__ import annotations

_PARTS: dict[str, tuple[str, str]] = {
    "report.name": ("Compte rendu de basculement", "Switchover report"),
    "report.title": ("Compte rendu de basculement – {cabinet}", "Switchover report – {cabinet}"),
    "report.summary": ("L'essentiel", "In short"),
    "report.procedure": ("Le mode opératoire", "The operating procedure"),
    "report.difficulties": ("Difficultés rencontrées", "Difficulties met"),
    "report.gains": ("Gains attendus et constatés", "Gains expected and observed"),
    "report.following": ("Déclarations suivantes", "Next declarations"),
    "report.source": (
        "Chiffres comptés dans les journaux de {hires:plural:# embauche|# embauches}, le {at} (heure de Paris). Aucun salarié "
        "n'est nommé.",
        "Figures counted from the journals of {hires:plural:# hire|# hires}, on {at} (Paris time). No employee is named.",
    ),
    "report.fact.period": ("Embauches enregistrées", "Hires registered"),
    "report.fact.hires": ("Nombre d'embauches", "Number of hires"),
    "report.fact.declared": ("Déclarées (ARS accepté en mode réel)", "Declared (ARS accepted in real mode)"),
    "report.fact.first_real": ("Première déclaration réelle acceptée", "First real declaration accepted"),
    "report.fact.live": ("Clients en mode réel", "Clients in real mode"),
    "report.fact.first_time": ("Réels acceptés au premier envoi", "Real ones accepted at the first attempt"),
    "report.fact.tests": ("Tests acceptés", "Tests accepted"),
    "report.fact.rejections": ("Rejets, tests compris", "Rejections, tests included"),
    "report.fact.doubts": ("Envois en doute", "Sendings in doubt"),
    "report.fact.late": ("Envois hors délai", "Sent after the hire"),
    "report.fact.irregular": ("Envois notés hors des règles", "Recorded against the rules"),
    "report.period.both": ("du {since} au {until}", "from {since} to {until}"),
    "report.period.since": ("depuis le {since}", "since {since}"),
    "report.period.until": ("jusqu'au {until}", "until {until}"),
    "report.period.all": ("depuis le début", "from the beginning"),
    "report.of": ("{part} sur {all}", "{part} of {all}"),
    "report.share": ("{part} sur {all} ({percent} %)", "{part} of {all} ({percent}%)"),
    "report.yes": ("oui", "yes"),
    "report.fig.months": ("Embauches déclarées par mois", "Hires declared by month"),
    "report.fig.causes": ("Rejets par cause", "Rejections by cause"),
    "report.fig.times": ("Temps par déclaration", "Times per declaration"),
    "report.fig.work": ("Travail par déclaration", "Work per declaration"),
    "report.nothing_declared": ("Aucune embauche déclarée.", "No hire declared."),
    "report.no_rejection": ("Aucun rejet.", "No rejection."),
    "report.cause.none": ("sans motif indiqué", "no reason given"),
    "report.cause.others": ("autres causes", "other causes"),
    "report.doubts": (
        "{count:plural:# envoi est passé|# envois sont passés} en doute: {found:plural:# retrouvé|# retrouvés} au portail, "
        "{lost:plural:# perdu ou abandonné|# perdus ou abandonnés}, {open} encore en doute.",
        "{count:plural:# sending was|# sendings were} in doubt: {found} found at the portal, {lost} lost or abandoned, "
        "{open} still in doubt.",
    ),
    "report.doubts_lasted": (
        "Un doute a duré {median} (médiane), {longest} au plus.",
        "A doubt lasted {median} (median), {longest} at most.",
    ),
    "report.no_doubt": ("Aucun envoi n'est passé en doute.", "No sending was in doubt."),
    "report.no_delay": ("Aucun délai n'a été dépassé.", "No deadline passed."),
    "report.delay.ads_missing": ("ADS absent une heure après l'envoi", "ADS missing an hour after sending"),
    "report.delay.acs_missing": ("ACS absent un jour ouvré après l'envoi", "ACS missing one jour ouvré after sending"),
    "report.delay.ars_overdue": ("ARS en retard (5 jours ouvrés)", "ARS overdue (5 jours ouvrés)"),
    "report.delay.legal_ack": (
        "accusé légal absent (5 jours ouvrables)",
        "legal acknowledgement missing (5 jours ouvrables)",
    ),
    "report.delay.hire_undeclared": ("embauche proche ou passée, non déclarée", "hire near or past, not declared"),
    "report.no_times": (
        "Aucun temps n'a encore été mesuré, et aucune estimation n'est donnée.",
        "No time was measured yet, and no estimate is given.",
    ),
    "report.before": ("sur papier (estimation du cabinet)", "on paper (the firm's estimate)"),
    "report.expected": ("attendu (estimation du cabinet)", "expected (the firm's estimate)"),
    "report.observed": ("constaté", "observed"),
    "report.stage.send": ("Jusqu'à l'envoi", "Until it is sent"),
    "report.stage.answer": ("De l'envoi à la réponse", "From sending to the answer"),
    "report.stage.proof": ("Jusqu'à la preuve (ARS accepté)", "Until the proof (ARS accepted)"),
    "report.stage.work": ("Travail d'une personne", "A person's work"),
    "report.how_measured": (
        "Constaté: la médiane, mesurée d'après les événements du mode réel. Le temps court de l'enregistrement de l'embauche, ou "
        "de l'ouverture de la fenêtre de déclaration si elle vient après. Le travail d'une personne ne se lit dans aucun "
        "événement: c'est le cabinet qui le dit. Un gain négatif est une perte.",
        "Observed: the median, measured from the events of real mode. Time runs from the registration of the hire, or from the "
        "opening of the window to declare it if that comes later. A person's work can be read from no event: the firm tells it. "
        "A negative gain is a loss.",
    ),
    "report.no_following": (
        "Aucun mandat en force ne couvre une autre déclaration.",
        "No mandate in force covers another declaration.",
    ),
    "report.lasting.days": ("{days} j {left} h", "{days} d {left} h"),
    "report.lasting.whole_days": ("{days} j", "{days} d"),
    "report.lasting.whole_hours": ("{hours} h", "{hours} h"),
    "report.lasting.hours": ("{hours} h {rest}", "{hours} h {rest}"),
    "report.lasting.minutes": ("{minutes} min", "{minutes} min"),
}

_COLUMNS: dict[str, tuple[str, str]] = {
    "report.col.status": ("Statut", "Status"),
    "report.col.hires": ("Embauches", "Hires"),
    "report.col.cause": ("Cause", "Cause"),
    "report.col.portal": ("Portail (ACS)", "Portal (ACS)"),
    "report.col.recipient": ("CIRSO (ARS)", "CIRSO (ARS)"),
    "report.col.total": ("Total", "Total"),
    "report.col.delay": ("Délai dépassé", "Deadline passed"),
    "report.col.siren": ("SIREN", "SIREN"),
    "report.col.client": ("Client", "Client"),
    "report.col.rejections": ("Rejets", "Rejections"),
    "report.col.doubts": ("Doutes", "Doubts"),
    "report.col.delays": ("Délais", "Deadlines"),
    "report.col.stage": ("Temps", "Time"),
    "report.col.before": ("Sur papier", "On paper"),
    "report.col.expected": ("Attendu", "Expected"),
    "report.col.observed": ("Constaté", "Observed"),
    "report.col.gain_expected": ("Gain attendu", "Gain expected"),
    "report.col.gain_observed": ("Gain constaté", "Gain observed"),
    "report.col.measures": ("Mesures", "Measures"),
    "report.col.median": ("Médiane", "Median"),
    "report.col.mean": ("Moyenne", "Mean"),
    "report.col.ninth": ("9 sur 10 en moins de", "9 of 10 within"),
    "report.col.longest": ("Au plus", "At most"),
    "report.col.code": ("Code", "Code"),
    "report.col.procedure": ("Déclaration", "Declaration"),
    "report.col.mandates": ("Mandats en force", "Mandates in force"),
    "report.col.chosen": ("Retenue", "Chosen"),
    "report.col.client_state": ("Les clients", "The clients"),
    "report.col.clients": ("Clients", "Clients"),
    "report.col.wave": ("Vague", "Wave"),
    "report.col.live": ("En mode réel", "In real mode"),
}

_REFUSALS: dict[str, tuple[str, str]] = {
    "input.report_period": (
        "la période se termine ({until}) avant de commencer ({since})",
        "the period ends ({until}) before it begins ({since})",
    ),
}

_COMMAND: dict[str, tuple[str, str]] = {
    "cli.help.report": (
        "Compte rendu de basculement (étape 8): difficultés rencontrées, gains attendus et constatés, déclarations "
        "suivantes, comptés dans les journaux de toutes les embauches. Aucun salarié n'y est nommé.\n\n"
        "À l'écran, ou dans un fichier .html, .pdf ou .md (--output, répétable). Écrire le fichier effectue l'étape 8, "
        "sauf avec --draft.",
        "Switchover report (step 8): difficulties met, gains expected and observed, next declarations, counted from "
        "the journals of all hires. No employee is named in it.\n\n"
        "On the screen, or into a file .html, .pdf or .md (--output, repeatable). Writing the file does step 8, unless "
        "--draft is said.",
    ),
    "cli.example.report": (
        "Exemple: due-workflow report -o compte-rendu.pdf --estimate proof=3j:1j --estimate work=30min:10min:8min "
        "--next EDI-TVA",
        "Example: due-workflow report -o report.pdf --estimate proof=3d:1d --estimate work=30min:10min:8min --next EDI-TVA",
    ),
    "cli.meta.estimate": ("TEMPS=AVANT:ATTENDU[:CONSTATÉ]", "TIME=BEFORE:EXPECTED[:OBSERVED]"),
    "cli.meta.remark": ("TEXTE|@FICHIER", "TEXT|@FILE"),
    "cli.opt.report_output": (
        "Le fichier à écrire: .html, .pdf ou .md (répétable).",
        "The file to write: .html, .pdf or .md (repeatable).",
    ),
    "cli.opt.report_since": (
        "Seulement les embauches enregistrées depuis ce jour.",
        "Only hires registered since this day.",
    ),
    "cli.opt.report_until": (
        "Seulement les embauches enregistrées jusqu'à ce jour.",
        "Only hires registered until this day.",
    ),
    "cli.opt.report_estimate": (
        "L'estimation du cabinet pour une déclaration (répétable): send (jusqu'à l'envoi), answer (jusqu'à la réponse), "
        "proof (jusqu'à l'ARS accepté), work (travail d'une personne, seul à prendre un constaté); en h, min ou j. Un "
        "jour compte 24 h, sauf pour work: les heures par jour du plan (7).",
        "The firm's estimate for one declaration (repeatable): send (until it is sent), answer (until the answer), proof "
        "(until the accepted ARS), work (a person's work, the only one to take an observed time); in h, min or d. A day "
        "has 24 h, but for work: the plan's hours a day (7).",
    ),
    "cli.opt.report_next": (
        "Une téléprocédure que le cabinet prendra ensuite (répétable).",
        "A téléprocédure that the firm takes up next (repeatable).",
    ),
    "cli.opt.report_remark": (
        "Ce que le cabinet en dit: un texte, ou @ et le nom d'un fichier.",
        "What the firm says of it: a text, or @ and the name of a file.",
    ),
    "cli.opt.report_draft": ("Un brouillon: l'étape 8 reste à faire.", "A draft: step 8 remains to be done."),
    "cli.report.counting": ("Lecture des journaux", "Reading the journals"),
    "cli.report.noted": ("L'étape 8 du mode opératoire est effectuée.", "Step 8 of the procedure is done."),
    "cli.report.how_to_write": (
        "Avec ses figures, dans un fichier: due-workflow report --output compte-rendu.pdf",
        "With its figures, into a file: due-workflow report --output report.pdf",
    ),
    "cli.usage.report_suffix": (
        "{name}: un compte rendu s'écrit dans un fichier {known}.",
        "{name}: a report is written into a file {known}.",
    ),
    "cli.usage.estimate_observed": (
        "« {value} »: attendu TEMPS=AVANT:ATTENDU; le constaté est mesuré ici, sauf pour work (work=30min:10min:8min).",
        "“{value}”: expected TIME=BEFORE:EXPECTED; what is observed is measured here, but for work (work=30min:10min:8min).",
    ),
    "cli.usage.estimate": (
        "« {value} »: attendu TEMPS=AVANT:ATTENDU, par exemple proof=3j:1j ou work=30min:10min:8min.",
        "“{value}”: expected TIME=BEFORE:EXPECTED, for example proof=3d:1d or work=30min:10min:8min.",
    ),
}

REPORT: dict[str, tuple[str, str]] = {**_PARTS, **_COLUMNS, **_REFUSALS, **_COMMAND}
