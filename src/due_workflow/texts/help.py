"""What `--help` teaches: commands in the order of the procedure, and an example for each.

Rich markup: a square bracket in prose would be taken for a style. `window` joins these to the catalogue.
"""

from __future__ import annotations

HELP: dict[str, tuple[str, str]] = {
    "cli.help.root": (
        "Mène les clients d'un cabinet du papier à la DUE (DPAE) dématérialisée: mandats, mode test, mode réel, avis "
        "du portail.\n\n"
        "Un essai complet et sans risque: due-workflow demo. Ensuite, où que vous en soyez, due-workflow status dit "
        "la suite avec la commande à taper. Seules send et run envoient, et rien de réel sans qu'une personne l'ait "
        "libéré ou confirmé; les autres contrôlent, enregistrent et gardent les preuves. Seul un ARS accepté en mode réel fait DÉCLARÉ.\n\n"
        "Codes de sortie: 0 fait. 1 refusé par la procédure. 2 commande mal tapée. 3 fichier ou valeur refusés. "
        "4 introuvable. 5 modifié en même temps par un autre. 6 base, journal, disque ou portail inutilisables. 7 fait, mais "
        "quelque chose attend une personne. 130 interrompu (ce qui était enregistré le reste).",
        "Takes a firm's clients from paper to the electronic DUE (DPAE): mandates, test mode, real mode, the portal's "
        "receipts.\n\n"
        "A whole story without any risk: due-workflow demo. Then, wherever you are, due-workflow status says what "
        "comes next and the command to type. Only send and run send, and nothing real that nobody released or confirmed; "
        "the others check, record and keep the proofs. Only an accepted ARS in real mode makes DECLARED.\n\n"
        "Exit codes: 0 done. 1 refused by the procedure. 2 mistyped. 3 file or value refused. 4 not found. 5 changed "
        "by another writer at the same time. 6 database, journal, disk or portal unusable. 7 done, but something waits for a "
        "person. 130 interrupted (what was recorded stays).",
    ),
    "cli.example.root": (
        "Exemple: due-workflow status --db cabinet.sqlite --json",
        "Example: due-workflow status --db firm.sqlite --json",
    ),
    "cli.help.demo": (
        "Joue la procédure entière avec des clients fictifs, dans un dossier à part.",
        "Plays the whole procedure with fictitious clients, in a folder of its own.",
    ),
    "cli.example.demo": ("Exemple: due-workflow demo", "Example: due-workflow demo"),
    "cli.help.set-portal": (
        "Étape 1: note le portail choisi et le compte du cabinet. Un autre portail demande un nouveau test.",
        "Step 1: notes the portal chosen and the firm's account. Another portal asks for a new test.",
    ),
    "cli.example.set-portal": (
        "Exemple: due-workflow set-portal jedeclare CAB0042",
        "Example: due-workflow set-portal jedeclare CAB0042",
    ),
    "cli.help.set-software": (
        "Étape 5: note le logiciel qui génère les fichiers, avec sa version. Les tests acceptés valent pour elle.",
        "Step 5: notes the software that generates the files, with its version. Accepted tests count for it.",
    ),
    "cli.example.set-software": (
        "Exemple: due-workflow set-software Editeur Paie 12.3",
        "Example: due-workflow set-software Editor Payroll 12.3",
    ),
    "cli.help.import": (
        "Importe les clients ou les embauches d'un fichier CSV ou XLSX.",
        "Imports clients or hires from a CSV or XLSX file.",
    ),
    "cli.example.import": (
        "Exemple: due-workflow import clients clients.csv",
        "Example: due-workflow import clients clients.csv",
    ),
    "cli.help.import.clients": (
        "Étape 3: importe les clients d'un fichier. Une ligne par établissement; plusieurs lignes d'un même SIREN "
        "font un client.\n\n"
        "Colonnes: siret, raison_sociale, ape, adresse, code_postal, ville; au choix: telephone, code_urssaf, "
        "sante_travail, email, collaborateur, regime (general, msa ou « agricole », tese, cea, cesu, guso, enim, "
        "pajemploi; general, sauf mention). Une seule ligne fausse fait refuser tout le fichier, et rien n'est "
        "écrit, sauf avec --keep-good. Réimporter le même fichier ne change rien.",
        "Step 3: imports the clients of a file. One line per establishment; several lines of one SIREN make one "
        "client.\n\n"
        "Columns: siret, raison_sociale, ape, adresse, code_postal, ville; optional: telephone, code_urssaf, "
        "sante_travail, email, collaborateur, regime (general, msa or “agricole”, tese, cea, cesu, guso, enim, "
        "pajemploi; general unless told). One bad line refuses the whole file and nothing is written, unless "
        "--keep-good. The same file again changes nothing.",
    ),
    "cli.example.import.clients": (
        "Exemple: due-workflow import clients clients.xlsx --keep-good",
        "Example: due-workflow import clients clients.xlsx --keep-good",
    ),
    "cli.help.import.hires": (
        "Importe les embauches à déclarer. La référence est le numéro interne de l'embauche, jamais un NIR.\n\n"
        "Colonnes: reference, siret, nom, nom_usage, prenoms, sexe, date_naissance, commune_naissance, "
        "departement_naissance, nir, date_embauche, heure_embauche, nature, date_fin, essai_jours. Une seule ligne "
        "fausse fait refuser tout le fichier, sauf avec --keep-good. Réimporter le même fichier ne change rien; une "
        "embauche déjà tentée dont le contenu a changé est signalée: il faut la renouveler (renew).",
        "Imports the hires to declare. The reference is the hire's internal number, never a NIR.\n\n"
        "Columns: reference, siret, nom, nom_usage, prenoms, sexe, date_naissance, commune_naissance, "
        "departement_naissance, nir, date_embauche, heure_embauche, nature, date_fin, essai_jours. One bad line "
        "refuses the whole file, unless --keep-good. The same file again changes nothing; a hire that was attempted "
        "already and whose content changed is told: it must be renewed (renew).",
    ),
    "cli.example.import.hires": (
        "Exemple: due-workflow import hires embauches.csv --keep-good --bad-to a-corriger.csv",
        "Example: due-workflow import hires hires.csv --keep-good --bad-to to-correct.csv",
    ),
    "cli.help.select": (
        "Étape 3: sélectionne les entreprises avec lesquelles commencer, une dizaine d'abord.",
        "Step 3: selects the companies to begin with, about ten at first.",
    ),
    "cli.example.select": (
        "Exemple: due-workflow select 732829320 552100554 --wave 1",
        "Example: due-workflow select 732829320 552100554 --wave 1",
    ),
    "cli.help.mandate": (
        "Étapes 2 et 4: le mandat de chaque client, imprimé, demandé, relancé, signé, retiré.",
        "Steps 2 and 4: each client's mandate, printed, requested, reminded, signed, revoked.",
    ),
    "cli.example.mandate": (
        "Exemple: due-workflow mandate request --all",
        "Example: due-workflow mandate request --all",
    ),
    "cli.help.mandate.request": (
        "Étape 4: note que le mandat est parti à la signature. Une relance est due sept jours plus tard.",
        "Step 4: notes that the mandate went for signature. A reminder is due seven days later.",
    ),
    "cli.example.mandate.request": (
        "Exemple: due-workflow mandate request 732829320",
        "Example: due-workflow mandate request 732829320",
    ),
    "cli.help.mandate.sign": (
        "Étape 4: note que le client a signé, pour toutes les téléprocédures. Un nouveau mandat remplace l'ancien.\n\n"
        "Le document numérisé est gardé comme preuve, avec son empreinte SHA-256; « mandate attach » le joint plus tard.",
        "Step 4: notes that the client signed, for all téléprocédures. A new mandate replaces the former.\n\n"
        "The scanned document is kept as evidence, with its SHA-256; “mandate attach” adds it later.",
    ),
    "cli.example.mandate.sign": (
        "Exemple: due-workflow mandate sign 732829320 --signed-on 05/01/2026 --signatory 'Dominique Dupont'",
        "Example: due-workflow mandate sign 732829320 --signed-on 2026-01-05 --signatory 'Dominique Dupont'",
    ),
    "cli.help.mandate.revoke": (
        "Note que le client retire son mandat, à effet de 00:00 du jour dit. Plus rien ne part pour lui ensuite.",
        "Notes that the client withdraws its mandate, from 00:00 of that day. Nothing leaves for it afterwards.",
    ),
    "cli.example.mandate.revoke": (
        "Exemple: due-workflow mandate revoke 732829320 --on 31/12/2026 --reason 'change de cabinet'",
        "Example: due-workflow mandate revoke 732829320 --on 2026-12-31 --reason 'leaves the firm'",
    ),
    "cli.help.go-live": (
        "Étape 7: commute un client du mode test au mode réel. Il faut un test accepté et un mandat en vigueur.",
        "Step 7: switches a client from test mode to real mode. Needs an accepted test and a mandate in force.",
    ),
    "cli.example.go-live": (
        "Exemple: due-workflow go-live 732829320",
        "Example: due-workflow go-live 732829320",
    ),
    "cli.help.prepare": (
        "Prépare l'envoi d'une embauche: en test tant que le client n'est pas en mode réel, en réel ensuite.",
        "Prepares a hire for sending: as a test until the client is live, for real afterwards.",
    ),
    "cli.example.prepare": (
        "Exemple: due-workflow prepare E-0001 --mode test",
        "Example: due-workflow prepare E-0001 --mode test",
    ),
    "cli.help.release": (
        "Autorise l'automate du logiciel hôte à envoyer ces déclarations. Rien de réel ne part sans cela.",
        "Lets the host software's worker send these declarations. Nothing real leaves without it.",
    ),
    "cli.example.release": (
        "Exemple: due-workflow release E-0001/real/1",
        "Example: due-workflow release E-0001/real/1",
    ),
    "cli.help.renew": (
        "Renouvelle l'opération: un nouvel envoi de la même embauche, dans le même mode, avec un contenu corrigé "
        "(--from) ou le même.",
        "Renews: a new attempt of the same hire, in the same mode, with corrected content (--from) or the same.",
    ),
    "cli.example.renew": (
        "Exemple: due-workflow renew E-0001/test/1 --reason 'code APE corrigé' --from embauches.csv",
        "Example: due-workflow renew E-0001/test/1 --reason 'APE code corrected' --from hires.csv",
    ),
    "cli.help.abandon": (
        "Abandonne un envoi ici; il n'est PAS annulé chez le destinataire. Avec --hire: l'embauche n'a pas lieu.",
        "Gives an attempt up here; it is NOT cancelled at the recipient. With --hire: the hire does not take place.",
    ),
    "cli.example.abandon": (
        "Exemple: due-workflow abandon E-0001 --hire --reason 'le salarié a renoncé'",
        "Example: due-workflow abandon E-0001 --hire --reason 'the employee withdrew'",
    ),
    "cli.help.declared-elsewhere": (
        "Note que l'embauche a été déclarée autrement (net-entreprises, URSSAF…), avec ce qui le prouve.",
        "Notes that the hire was declared another way (net-entreprises, URSSAF…), with what proves it.",
    ),
    "cli.example.declared-elsewhere": (
        "Exemple: due-workflow declared-elsewhere E-0001 --at '02/03/2026 09:15' --proof 'accusé net-entreprises'",
        "Example: due-workflow declared-elsewhere E-0001 --at '2026-03-02 09:15' --proof 'net-entreprises receipt'",
    ),
    "cli.help.begin-send": (
        "À faire juste AVANT de déposer le fichier vous-même: contrôle tout (mandat, mode réel, 8 jours, double "
        "envoi) et ouvre le dépôt. Tout passe ou rien.",
        "Do this just BEFORE you deposit the file yourself: checks everything (mandate, real mode, 8 days, double "
        "filing) and opens the deposit. All or nothing.",
    ),
    "cli.example.begin-send": (
        "Exemple: due-workflow begin-send E-0001 E-0002 --together",
        "Example: due-workflow begin-send E-0001 E-0002 --together",
    ),
    "cli.help.mark-sent": (
        "À faire juste APRÈS: note que le fichier est déposé, avec le numéro que le portail a donné. Un fait, jamais "
        "refusé; irrégulier, il est signalé.",
        "Do this just AFTER: notes that the file is deposited, with the number that the portal gave. A fact, never "
        "refused; where it is irregular, that is told.",
    ),
    "cli.example.mark-sent": (
        "Exemple: due-workflow mark-sent E-0001 --ref 1234567",
        "Example: due-workflow mark-sent E-0001 --ref 1234567",
    ),
    "cli.help.settle-doubt": (
        "Dit ce qu'est devenu un dépôt en doute: le portail l'a sous un numéro, ou affirme n'avoir rien reçu.",
        "Says what became of a deposit in doubt: the portal has it under a number, or affirms that it has nothing.",
    ),
    "cli.example.settle-doubt": (
        "Exemple: due-workflow settle-doubt E-0001/real/1 --ref 1234567",
        "Example: due-workflow settle-doubt E-0001/real/1 --ref 1234567",
    ),
    "cli.help.learn-ref": (
        "Note le numéro que le portail a donné à un dépôt, et place les avis qui l'attendaient.\n\n"
        "Un numéro mal tapé se corrige de même; celui sous lequel un avis est arrivé ne se remplace plus.",
        "Notes the number that the portal gave to a deposit, and places the receipts that waited for it.\n\n"
        "A mistyped number is put right in the same way; one under which a receipt came is not replaced.",
    ),
    "cli.example.learn-ref": (
        "Exemple: due-workflow learn-ref E-0001/test/1 1234567",
        "Example: due-workflow learn-ref E-0001/test/1 1234567",
    ),
    "cli.help.receive": (
        "Reçoit les avis du portail (ADS, ACS, ARS): fichiers et dossiers, avis.xml, compressés ou dans un e-mail.\n\n"
        "L'ordre n'importe pas, un avis reçu deux fois ne change rien, et rien n'est jamais perdu: ce qui ne peut "
        "être placé attend une personne (tray), avec le code de sortie 7.",
        "Takes in the portal's receipts (ADS, ACS, ARS): files and folders, avis.xml, compressed or in an e-mail.\n\n"
        "Their order does not matter, a receipt taken in twice changes nothing, and nothing is ever lost: what cannot "
        "be placed waits for a person (tray), with exit code 7.",
    ),
    "cli.example.receive": (
        "Exemple: due-workflow receive avis/ --account CAB0042",
        "Example: due-workflow receive receipts/ --account CAB0042",
    ),
    "cli.help.tray": (
        "Montre les avis qui attendent une personne, et pourquoi; et, s'ils sont attachés en partie, à quels envois.",
        "Shows the receipts that wait for a person, and why; and, where one is attached in part, to which attempts.",
    ),
    "cli.example.tray": ("Exemple: due-workflow tray", "Example: due-workflow tray"),
    "cli.help.attach": (
        "Dit de quels envois parle un avis en attente, et ce qu'il en dit.\n\n"
        "Ce qu'il dit: accepted, accepted_with_anomaly, rejected, pending, suspended, no_return, unknown.\n\n"
        "Si le portail a dit avoir pris le dépôt dans l'autre mode, une acceptation ne compte qu'avec --confirm et --reason.",
        "Says which attempts a waiting receipt speaks of, and what it says of each.\n\n"
        "What it says: accepted, accepted_with_anomaly, rejected, pending, suspended, no_return, unknown.\n\n"
        "Where the portal said that it took the deposit in the other mode, an acceptance counts with --confirm and --reason "
        "only.",
    ),
    "cli.example.attach": (
        "Exemple: due-workflow attach 3fa85f64 E-0001/test/1=accepted E-0002/test/1=rejected",
        "Example: due-workflow attach 3fa85f64 E-0001/test/1=accepted E-0002/test/1=rejected",
    ),
    "cli.help.set-aside": (
        "Sort de l'attente un avis qui n'a rien à dire d'un envoi (illisible, d'un autre, déjà traité à la main).\n\n"
        "Il reste gardé, avec qui l'a décidé et pourquoi; rien d'autre ne change, et il peut encore être attaché.",
        "Takes out of the tray a receipt that has nothing to say of an attempt (unreadable, another's, dealt with by "
        "hand).\n\n"
        "It is kept, with who decided it and why; nothing else changes, and it can still be attached.",
    ),
    "cli.example.set-aside": (
        "Exemple: due-workflow set-aside 3fa85f64 --reason 'avis d’un autre cabinet'",
        "Example: due-workflow set-aside 3fa85f64 --reason 'receipt of another firm'",
    ),
    "cli.help.tick": (
        "Lève les échéances venues (réponses en retard, embauches non déclarées, mandats) et affiche ce qu'il y a à "
        "savoir. À lancer toutes les quelques minutes, par cron par exemple.\n\n"
        "Les notifications restent à remettre par « worker », sauf avec --deliver. Toute la base est traitée, tous cabinets confondus.",
        "Raises the deadlines that have come (overdue answers, undeclared hires, mandates) and shows what a person "
        "should know. Run it every few minutes, with cron for instance.\n\n"
        "The notices are still delivered by “worker”, unless --deliver is given. The whole database is handled, all firms of it.",
    ),
    "cli.example.tick": ("Exemple: due-workflow tick --json", "Example: due-workflow tick --json"),
    "cli.help.status": (
        "Dit où en est chaque embauche et chaque client, et ce qu'il y a à faire. Avec une référence: tout sur une "
        "embauche; un dépôt: ce qu'il contient; un SIREN ou un SIRET: les embauches de ce client.",
        "Says where every hire and client stands, and what there is to do. With a reference: all about one hire; a "
        "deposit: what it holds; a SIREN or a SIRET: that client's hires.",
    ),
    "cli.example.status": (
        "Exemple: due-workflow status --overdue --client 732829320",
        "Example: due-workflow status --overdue --client 732829320",
    ),
    "cli.help.db": (
        "La base elle-même: la préparer, la mettre à niveau, dire où elle en est.",
        "The database itself: prepare it, upgrade it, say where it stands.",
    ),
    "cli.example.db": (
        "Exemple: due-workflow db check. Le mot de passe se met dans l'environnement (PGPASSWORD) ou dans le fichier du "
        "pilote (.pgpass), pas dans l'adresse. Préfixe et schéma des tables: DUE_DB_PREFIX, DUE_DB_SCHEMA.",
        "Example: due-workflow db check. The password belongs into the environment (PGPASSWORD) or the driver's file "
        "(.pgpass), not into the address. Prefix and schema of the tables: DUE_DB_PREFIX, DUE_DB_SCHEMA.",
    ),
    "cli.help.db.upgrade": (
        "Crée les tables, ou les amène à cette version. Sauvegardez d'abord.",
        "Makes the tables, or brings them to this version. Back up first.",
    ),
    "cli.example.db.upgrade": (
        "Exemple: due-workflow db upgrade --db postgresql://due@localhost/paie",
        "Example: due-workflow db upgrade --db postgresql://due@localhost/payroll",
    ),
    "cli.help.db.current": (
        "Dit à quelle version sont les tables; ne change rien.",
        "Says which version the tables are of; changes nothing.",
    ),
    "cli.example.db.current": ("Exemple: due-workflow db current", "Example: due-workflow db current"),
    "cli.help.db.check": (
        "Dit si cette version peut travailler sur la base; ne change rien, et finit par 6 sinon.",
        "Says whether this version can work on the database; changes nothing, and ends with 6 if not.",
    ),
    "cli.example.db.check": ("Exemple: due-workflow db check --json", "Example: due-workflow db check --json"),
    "cli.help.health": (
        "Dit si le travail du cabinet se fait: retards du worker, avis en attente, dépôts en doute, notifications "
        "abandonnées. Ne change rien. Pour une supervision: code 0 si tout va bien, 7 si quelqu'un doit regarder.",
        "Says whether the firm's work is being done: the worker's lags, receipts that wait, deposits in doubt, notices "
        "given up. Changes nothing. For a monitor: code 0 when all is well, 7 when somebody must look.",
    ),
    "cli.example.health": ("Exemple: due-workflow health --json", "Example: due-workflow health --json"),
    "cli.help.explain": (
        "Dit tout ce qui est possible maintenant pour un client, une embauche ou un dépôt, et chaque raison de ce qui "
        "ne l'est pas. Ne change rien.",
        "Says all that is possible now for a client, a hire or a deposit, and every reason against what is not. "
        "Changes nothing.",
    ),
    "cli.example.explain": ("Exemple: due-workflow explain E-0001", "Example: due-workflow explain E-0001"),
    "cli.help.journal": (
        "Montre ce qui a été décidé d'un dossier, dans l'ordre, par qui. Sans argument: le cabinet lui-même.\n\n"
        "Avec --verify, contrôle que les entrées se suivent et redonnent l'état présent; sans argument, pour tous "
        "les dossiers.",
        "Shows what was decided about a case, in order, by whom. Without an argument: the firm itself.\n\n"
        "With --verify, checks that the entries follow each other and give the present state again; without an "
        "argument, for all cases.",
    ),
    "cli.example.journal": (
        "Exemple: due-workflow journal E-0001 --verify",
        "Example: due-workflow journal E-0001 --verify",
    ),
    "cli.help.diagram": (
        "Dessine l'automate des clients ou des envois, le chemin d'un dossier dans le sien (état présent et chemin en "
        "couleur), ou le mode opératoire jour par jour.\n\n"
        "Un dossier et le mode opératoire sont une image SVG; un automate seul un texte Mermaid, à moins que --format "
        "ou le nom du fichier n'en décide autrement.",
        "Draws the automaton of clients or of attempts, the way of a case through its own (present state and way in "
        "colour), or the operating procedure day by day.\n\n"
        "A case and the procedure are an SVG picture; an automaton alone a Mermaid text, unless --format or the "
        "file's name says otherwise.",
    ),
    "cli.example.diagram": (
        "Exemple: due-workflow diagram E-0001 --output E-0001.svg",
        "Example: due-workflow diagram E-0001 --output E-0001.svg",
    ),
}
