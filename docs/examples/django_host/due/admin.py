"""What staff see: every hire's file, where it stands, and its next deadline. Nothing can be changed here."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

from due.engine import flow_for
from due.models import Filing
from due_workflow import FilingStatus
from due_workflow.texts import render, shown, word

# Only what is declared looks like it. Each mark stands beside the words, so that nothing hangs on a colour.
LOOKS = {
    FilingStatus.DECLARED: ("✔", "#0a6b2d", "bold"),
    FilingStatus.DECLARED_ELSEWHERE: ("≡", "inherit", "normal"),
    FilingStatus.IN_DOUBT: ("?", "#9a5b00", "bold"),
    FilingStatus.RUNNING: ("»", "inherit", "normal"),
    FilingStatus.REFUSED: ("✘", "#b3261e", "bold"),
    FilingStatus.LATE: ("!", "#b3261e", "bold"),
    FilingStatus.TEST_RUNNING: ("◌", "inherit", "normal"),
    FilingStatus.TEST_NOT_DECLARED: ("○", "inherit", "normal"),
}
PLAIN = ("·", "inherit", "normal")


def language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


class StatusFilter(admin.SimpleListFilter):
    title = "statut"
    parameter_name = "statut"

    def lookups(self, request, model_admin):
        return [(status.value, word("status", status, language())) for status in FilingStatus]

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Filing)
class FilingAdmin(admin.ModelAdmin):
    list_display = ("reference", "cabinet", "standing", "next_deadline")
    list_display_links = ("reference",)
    list_filter = (StatusFilter, "cabinet")
    search_fields = ("name",)
    ordering = ("cabinet", "name")
    fields = ("reference", "cabinet", "standing", "hire", "deadlines", "journal")
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # ---- columns: from the record alone, so a page of a hundred is one statement

    @admin.display(description="référence", ordering="name")
    def reference(self, filing):
        return filing.name

    @admin.display(description="statut", ordering="state")
    def standing(self, filing):
        mark, colour, weight = LOOKS.get(filing.state, PLAIN)
        said = word("status", filing.state, language())
        if "overdue" in filing.keys:
            said += " " + render("cli.flag.overdue", language())
        return format_html('<span style="color:{};font-weight:{}">{} {}</span>', colour, weight, mark, said)

    @admin.display(description="prochaine échéance (Paris)", ordering="due")
    def next_deadline(self, filing):
        return shown(filing.due, language())

    # ---- one file: read through the library, which knows what the bytes mean

    @admin.display(description="embauche (Paris)")
    def hire(self, filing):
        read = self._read(filing)
        return f"{shown(read.hire_at, language())} · SIRET {read.siret}"

    @admin.display(description="échéances (Paris)")
    def deadlines(self, filing):
        read = self._read(filing)
        waiting = [(at, name) for case in (read, *read.attempts()) for name, at in case.deadlines.items()]
        rows = [(shown(at, language()), word("clock", name, language())) for at, name in sorted(waiting)]
        return format_html_join("", "{} {}<br>", rows) or "—"

    @admin.display(description="journal")
    def journal(self, filing):
        told = flow_for(filing.cabinet).read.journal(filing.name)
        rows = [(shown(entry.at, language()), word("event", entry.event, language()), entry.by) for entry in told]
        return format_html_join("", "{} {} — {}<br>", rows) or "—"

    def _read(self, filing):
        return flow_for(filing.cabinet).read.filing(filing.name)
