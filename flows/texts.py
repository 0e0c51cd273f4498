"""What the command line says, in both languages. A test holds that every text has both and the same blanks."""

TEXTS: dict[str, dict[str, str]] = {
    "ready_new": {
        "da": "{home} er klar. Læg afsendernes filer i inbox/<feed>/. Nøglen ligger her: {key} (tag en sikker kopi).",
        "en": "{home} is ready. Put senders' files into inbox/<feed>/. The key lies here: {key} (keep a safe copy).",
    },
    "ready_old": {"da": "{home} var allerede klar; intet er ændret.", "en": "{home} was ready; nothing was changed."},
    "simulated": {
        "da": "{files} filer med {rows} rækker ligger i {inbox}; {broken} er ødelagt med vilje. Sandheden: {truth}",
        "en": "{files} files with {rows} rows lie in {inbox}; {broken} of them broken on purpose. The truth: {truth}",
    },
    "intake_title": {"da": "Indlæsning", "en": "Intake"},
    "intake_none": {"da": "Ingen nye leverancer.", "en": "No new deliveries."},
    "col_feed": {"da": "Feed", "en": "Feed"},
    "col_sender": {"da": "Layout", "en": "Layout"},
    "col_files": {"da": "Filer", "en": "Files"},
    "col_file": {"da": "Fil", "en": "File"},
    "col_read": {"da": "Læst", "en": "Read"},
    "col_accepted": {"da": "Godtaget", "en": "Accepted"},
    "col_duplicate": {"da": "Gentaget", "en": "Duplicate"},
    "col_quarantined": {"da": "Karantæne", "en": "Quarantined"},
    "col_unlinked": {"da": "Ikke koblet", "en": "Unlinked"},
    "col_reason": {"da": "Sat til side, fordi", "en": "Set aside because"},
    "total": {"da": "I alt", "en": "Total"},
    "quarantined_title": {"da": "I karantæne: regel (felt): rækker", "en": "Quarantined: rule (column): rows"},
    "col_rules": {"da": "Brudte regler", "en": "Broken rules"},
    "set_aside_title": {"da": "Sat til side: se på dem", "en": "Set aside: look at these"},
    "trained": {
        "da": "Model {version}: trænet på {cutoffs} skæringsdage, {positives} sager blandt {rows} lejemål-dage.",
        "en": "Model {version}: trained on {cutoffs} cut-offs, {positives} cases among {rows} tenancy-dates.",
    },
    "measured": {
        "da": "På senere skæringsdage, de {k} øverste: model {model}, reglerne {rules} (andel af sagerne fundet).",
        "en": "On later cut-offs, the top {k}: model {model}, the rules {rules} (share of the cases found).",
    },
    "promoted_from": {
        "da": "Modellen er taget i brug fra natten {first_night}.",
        "en": "The model ranks from the night of {first_night} on.",
    },
    "loose_rule": {
        "da": "Den er kun godkendt efter den lempelige regel ({rule}). Den strenge regel ville sige:",
        "en": "It passed the loose rule only ({rule}). The strict rule would say:",
    },
    "held_rolled_back": {
        "da": "Modellen er gemt, men ikke taget i brug: en person er gået tilbage fra en model. Se bovagt models.",
        "en": "The model is stored but not in use: a person went back from a model. See bovagt models.",
    },
    "held_never": {
        "da": "Modellen er gemt, men ikke taget i brug: det gør en person med bovagt promote (training.promotes).",
        "en": "The model is stored but not in use: a person does that with bovagt promote (training.promotes).",
    },
    "models_title": {"da": "Modeller", "en": "Models"},
    "col_version": {"da": "Version", "en": "Version"},
    "col_trained": {"da": "Trænet pr.", "en": "Trained as of"},
    "col_state": {"da": "Rolle", "en": "State"},
    "col_gate": {"da": "Må den rangordne?", "en": "May it rank?"},
    "col_in_use_from": {"da": "Fra natten", "en": "From night"},
    "col_by": {"da": "Besluttet af", "en": "Decided by"},
    "state_champion": {"da": "i brug", "en": "champion"},
    "state_challenger": {"da": "regnes med ved siden af", "en": "challenger"},
    "state_retired": {"da": "udgået", "en": "retired"},
    "state_broken": {"da": "kan ikke bruges", "en": "broken"},
    "gate_open": {"da": "ja ({rule})", "en": "yes ({rule})"},
    "the_rules": {"da": "de skrevne regler", "en": "the written rules"},
    "decided_promotion": {
        "da": "Fra natten {first_night} rangordner {version}. Besluttet af {who} den {on}.",
        "en": "From the night of {first_night} on, {version} ranks. Decided by {who} on {on}.",
    },
    "decided_rollback": {
        "da": "Fra natten {first_night} rangordner {version} igen. Besluttet af {who} den {on}.",
        "en": "From the night of {first_night} on, {version} ranks again. Decided by {who} on {on}.",
    },
    "rollback_stays": {
        "da": "Det gælder, til en person tager en model i brug (bovagt promote).",
        "en": "It stays so until a person puts a model to use (bovagt promote).",
    },
    "not_promoted": {
        "da": "Modellen er gemt, men ikke taget i brug:",
        "en": "The model is stored but not in use:",
    },
    "not_trained": {
        "da": "Ingen model blev trænet: {why} Reglerne rangordner.",
        "en": "No model was trained: {why} The rules rank.",
    },
    "night_done": {
        "da": "Listen for {as_of} er klar: {deadlines} med frist, {early} tidlige advarsler blandt {active} lejemål.",
        "en": "The list for {as_of} is ready: {deadlines} with a deadline, {early} early warnings, {active} tenancies.",
    },
    "ranked_by_model": {"da": "Rangordnet af model {version}.", "en": "Ranked by model {version}."},
    "ranked_loosely": {
        "da": "Modellen er kun godkendt efter den lempelige regel ({rule}): at den slår simple regler, er ikke vist.",
        "en": "The model passed the loose rule only ({rule}): that it beats simple orders is not shown.",
    },
    "ranked_by_rules": {
        "da": "Rangordnet af de skrevne regler: {why}",
        "en": "Ranked by the written rules: {why}",
    },
    "missing_sources": {
        "da": "Mangler eller er forsinket: {sources}. Risikoen kan være for lav, hvor disse kilder ville tale med.",
        "en": "Missing or late: {sources}. Risk may be too low where these sources would have had a say.",
    },
    "deadline_title": {"da": "Frister og akutte henvendelser", "en": "Deadlines and acute concerns"},
    "early_title": {"da": "Tidlig advarsel", "en": "Early warning"},
    "more_rows": {"da": "… og {count} mere", "en": "… and {count} more"},
    "days_over": {"da": "{count} dage over", "en": "{count} days over"},
    "one_day_left": {"da": "om {count} dag", "en": "in {count} day"},
    "days_left": {"da": "om {count} dage", "en": "in {count} days"},
    "col_position": {"da": "Nr.", "en": "No."},
    "col_tenancy": {"da": "Lejemål", "en": "Tenancy"},
    "col_stage": {"da": "Trin", "en": "Stage"},
    "col_deadline": {"da": "Frist", "en": "Deadline"},
    "col_arrears": {"da": "Restance", "en": "Arrears"},
    "col_band": {"da": "Risiko", "en": "Risk"},
    "col_reasons": {"da": "Grunde", "en": "Reasons"},
    "where": {
        "da": "Filerne: {folder}. Excel: bovagt --home {home} worklist --as-of {as_of} --format xlsx --out liste.xlsx",
        "en": "The files: {folder}. Excel: bovagt --home {home} worklist --as-of {as_of} --format xlsx --out list.xlsx",
    },
    "ablation_title": {
        "da": "Hvad hver kilde føjer til (andel af sagerne fundet før ophævelse, procentpoint)",
        "en": "What each source adds (share of the cases found before termination, percentage points)",
    },
    "col_source": {"da": "Uden", "en": "Without"},
    "col_features": {"da": "Oplysninger", "en": "Features"},
    "col_adds": {"da": "Føjer til", "en": "Adds"},
    "col_interval": {"da": "95 %-interval", "en": "95 % interval"},
    "col_verdict": {"da": "Vurdering", "en": "Verdict"},
    "verdict_adds": {"da": "bidrager", "en": "adds"},
    "verdict_unclear": {"da": "uafklaret", "en": "unclear"},
    "verdict_harms": {"da": "skader", "en": "harms"},
    "verdict_too_few": {"da": "for få sager", "en": "too few cases"},
    "verdict_needed": {"da": "uundværlig", "en": "cannot be spared"},
    "ablation_read": {
        "da": "Rangordningen {ranking} er trænet igen uden hver kilde på {tested} skæringsdage med {positives} sager i "
        "alt. Med alle kilder findes {recall} af sagerne blandt de {k} øverste i gennemsnit. Uafklaret betyder, at "
        "forskellen kan være tilfældig: kilden har ikke vist, at den er nødvendig. Uundværlig er den kilde, der siger, "
        "hvem der bor til leje, hvad de skylder, eller hvad der skal forudsiges.",
        "en": "The ranking {ranking} was trained again without each source on {tested} cut-offs with {positives} cases "
        "in all. With every source {recall} of the cases are found among the top {k} on average. Unclear means that "
        "the difference may be chance: the source has not shown that it is needed. What cannot be spared is a source "
        "that says who rents, what they owe, or what is to be predicted.",
    },
}


def text(name: str, language: str, **blanks: object) -> str:
    """The text called `name` in `language` ('da' or 'en'), its blanks filled."""
    return TEXTS[name][language].format(**blanks)
