"""The elements of the message `FR_DUE_Upload`, in its order, as clients that deposit for real write them.

A literal table; what a text holds is `due_workflow.message`'s. Nothing here writes or reads.
"""

from __future__ import annotations

from typing import Any

SPACES = {
    "cct": "urn:oasis:names:tc:ubl:corecomponentTypes:1.0:0.70",
    "rxdt": "http://www.repxml.org/DataTypes",
    "rxorg": "http://www.repxml.org/Organization",
    "rxpadr": "http://www.repxml.org/PostalAddress",
    "rxpers": "http://www.repxml.org/Person_Identity",
    "rxphadr": "http://www.repxml.org/PhoneAddress",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}

# ---- the message, in its order: an element with the field that is its text, or with the elements inside it

ROOT, INDICATOR, GROUP = "FR_DUE_Upload", "FR_DUE_Upload.Test.Indicator", "FR_DuesGroup"
EMPLOYER, HIRES = "FR_Employer", "FR_EmployeeGroup"
_EMPLOYER = (
    (
        "FR_EmployerIdentity",
        (
            ("rxorg:FR_Organization.SIRET.Identifier", "siret"),
            ("rxorg:FR_Organization.Designation.Text", "name"),
            ("rxorg:FR_Organization.SupplementaryDesignation.Text", "name_more"),
            ("rxorg:FR_Organization.APE.Code", "ape"),
        ),
    ),
    ("FR_Employer.URSSAF.Code", "urssaf_code"),
    (
        "FR_EmployerAddress",
        (
            ("rxpadr:FR_PostalAddress.StreetDesignation.Text", "address"),
            ("rxpadr:FR_PostalAddress.Additional.Text", "address_more"),
            ("rxpadr:FR_PostalAddress.Town.Text", "town"),
            ("rxpadr:FR_PostalAddress.Postal.Code", "postal_code"),
        ),
    ),
    ("FR_EmployerContact", (("FR_PhoneNumber", (("rxphadr:FR_PhoneAddress.PhoneNumber.Text", "phone"),)),)),
)
_HIRE = (
    (
        "FR_Employee",
        (
            (
                "FR_EmployeeIdentity",
                (
                    ("rxpers:FR_PersonIdentity.Surname.Text", "surname"),
                    ("rxpers:FR_PersonIdentity.UsualName.Text", "usual_name"),
                    ("rxpers:FR_PersonIdentity.ChristianName.Text", "first_names"),
                    ("rxpers:FR_PersonIdentity.Sex.Code", "sex"),
                    (
                        "rxpers:FR_NNI",
                        (("rxpers:FR_NNI.NIR.Identifier", "nir"), ("rxpers:FR_NNI.NIRKey.Text", "nir_key")),
                    ),
                    (
                        "rxpers:FR_Birth",
                        (("rxpers:FR_Birth.Date", "birth_date"), ("rxpers:FR_Birth.Town.Text", "birth_town")),
                    ),
                ),
            ),
            (
                "FR_EmployeeComplement",
                (("FR_EmployeeComplement.Birth_Department.Code", "birth_department"),),
            ),
        ),
    ),
    (
        "FR_Contract",
        (
            ("FR_Contract.StartContract.Date", "start_date"),
            ("FR_Contract.StartContract.Time", "start_time"),
            ("FR_Contract.EndContract.Date", "end_date"),
            ("FR_Contract.Nature.Code", "kind"),
            ("FR_Contract.HealthService.Text", "health_service"),
            ("FR_Contract.TrialTime.Text", "trial_days"),
        ),
    ),
)
_OPTIONAL = frozenset(("name_more", "address_more", "phone", "usual_name", "nir", "nir_key", "end_date", "trial_days"))


class Node:
    """One element of the message: its name, the field that is its text, or the elements inside it in their order.

    Attributes:
        name, tag: the name alone, and with its namespace.
        field: of `EmployerTexts` or `HireTexts`; "" where it has elements inside.
        needed: whether a message without it is none.
        place: where the elements inside stand, by their tags and by their names.
        fields: every field inside, however deep.
    """

    __slots__ = ("field", "fields", "inside", "name", "needed", "place", "tag")

    def __init__(self, told: str, content: Any) -> None:
        prefix, _, name = told.rpartition(":")
        self.name: str = name
        self.tag = f"{{{SPACES[prefix]}}}{name}" if prefix else name
        self.field: str = content if isinstance(content, str) else ""
        self.inside: tuple[Node, ...] = () if self.field else tuple(Node(*child) for child in content)
        self.fields: tuple[str, ...] = (self.field,) if self.field else tuple(f for n in self.inside for f in n.fields)
        self.place = {told: at for at, child in enumerate(self.inside) for told in (child.tag, child.name)}
        self.needed = not _OPTIONAL.issuperset(self.fields)


AN_EMPLOYER, A_HIRE = Node(EMPLOYER, _EMPLOYER), Node(HIRES, _HIRE)
"""The two parts of a message that hold texts."""
