"""The product's own models: a company of a firm, and a hire in it."""

from django.db import models

from due_workflow import Contract, Declaration, Employee, Employer


class Company(models.Model):
    """One establishment; `cabinet` is the accounting firm that looks after it."""

    cabinet = models.CharField(max_length=50)
    siret = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=100)
    ape = models.CharField(max_length=5)
    address = models.CharField(max_length=100)
    postal_code = models.CharField(max_length=5)
    town = models.CharField(max_length=50)
    urssaf_code = models.CharField(max_length=3)
    health_service = models.CharField(max_length=10)

    def __str__(self):
        return self.name


class Hire(models.Model):
    """One person's hire. Its reference names the DUE in the engine, for ever."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    reference = models.CharField(max_length=30, unique=True)
    surname = models.CharField(max_length=80)
    first_names = models.CharField(max_length=80)
    sex = models.CharField(max_length=1)
    birth_date = models.DateField()
    birth_place = models.CharField(max_length=80)
    birth_department = models.CharField(max_length=2)
    start = models.DateTimeField()

    def __str__(self):
        return self.reference

    def declaration(self) -> Declaration:
        """What the DUE says of this hire (R1221-1)."""
        company = self.company
        return Declaration(
            reference=self.reference,
            employer=Employer(
                siret=company.siret,
                name=company.name,
                ape=company.ape,
                address=company.address,
                postal_code=company.postal_code,
                town=company.town,
                urssaf_code=company.urssaf_code,
                health_service=company.health_service,
            ),
            employee=Employee(
                surname=self.surname,
                first_names=self.first_names,
                sex=self.sex,
                birth_date=self.birth_date,
                birth_place=self.birth_place,
                birth_department=self.birth_department,
            ),
            contract=Contract(kind="CDI", start=self.start),
        )
