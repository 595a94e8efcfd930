"""What stands in a picture."""

from __future__ import annotations

PICTURES: dict[str, tuple[str, str]] = {
    "picture.client": ("Le client, du papier au mode réel", "The client, from paper to real mode"),
    "picture.submission": (
        "Une déclaration, de la préparation à la réponse",
        "A declaration, from preparation to the answer",
    ),
    "picture.title_case": ("{title}: {case}", "{title}: {case}"),
    "picture.present": ("à présent: {state}", "at present: {state}"),
    "picture.here": ("état présent", "present state"),
    "picture.every": ("de tout état", "from any state"),
    "picture.every_but": ("de tout état sauf: {states}", "from any state but: {states}"),
    "picture.any": ("en tout état", "in any state"),
    "picture.any_but": ("en tout état sauf: {states}", "in any state but: {states}"),
    "picture.staying": ("Sans changer d'état:", "Without a change of state:"),
    "picture.back": (
        "Où il en était avant ces avis: {event} → {states}",
        "Where it stood before these receipts: {event} → {states}",
    ),
    "picture.way": ("Le chemin parcouru", "The way taken"),
    "input.no_walk": (
        "« {value} » n'a pas d'automate: donnez un client (SIREN), une embauche ou un envoi",
        "“{value}” has no automaton: give a client (SIREN), a hire or an attempt",
    ),
    # the Gantt chart
    "picture.gantt": ("Mise en place de la DUE: le mode opératoire", "Setting up the DUE: the operating procedure"),
    "picture.gantt_under": (
        "Début le {start} · {done} étapes effectuées sur {steps} · fin prévue le {ends}",
        "Start on {start} · {done} steps of {steps} done · planned to end on {ends}",
    ),
    "picture.gantt_row": (
        "{step}: à faire pour le {due}, effectué: {done} ({standing}).",
        "{step}: due on {due}, done: {done} ({standing}).",
    ),
    "picture.no_start": (
        "Pas encore de jour de début: les étapes n'ont pas de date.",
        "No start day yet: the steps have no dates.",
    ),
    "picture.step": ("Étape", "Step"),
    "picture.due": ("À faire pour le", "Due on"),
    "picture.done_on": ("Effectué", "Done"),
    "picture.done": ("effectuée", "done"),
    "picture.late": ("en retard", "late"),
    "picture.next": ("à faire", "to do now"),
    "picture.planned": ("prévue", "planned"),
    "picture.first_due": ("fin prévue au départ", "first planned end"),
    "picture.idle": ("jours non travaillés", "days off"),
    "picture.today": ("aujourd'hui", "today"),
    # the command line
    "cli.written": ("Écrit: {file}", "Written: {file}"),
    "cli.usage.nothing_to_draw": (
        "{reference} est enregistrée, mais aucun envoi n'est préparé: il n'y a pas encore de chemin à dessiner. D'abord: "
        "{program} prepare {quoted}",
        "{reference} is registered, but no attempt is prepared: there is no way to draw yet. First: "
        "{program} prepare {quoted}",
    ),
    "cli.usage.diagram_suffix": (
        "{name}: le nom du fichier dit ce qui y est écrit: {known}.",
        "{name}: the file's name says what is written into it: {known}.",
    ),
    "cli.usage.procedure_is_svg": (
        "le mode opératoire n'est dessiné qu'en SVG: sans --format, ou --format svg",
        "the procedure is drawn as SVG only: leave --format out, or say --format svg",
    ),
}
