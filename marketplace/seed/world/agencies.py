from __future__ import annotations

from marketplace.seed.world.forms import Agency

KENYA = Agency(
    slug="kenya-diaspora-office",
    name="Kenya Diaspora Office (demo)",
    country="KEN",
    territories=("KEN",),
    surname="Mfano",
    first_names=("Wanjiru", "Otieno", "Achieng", "Kamau", "Halima", "Barasa"),
    draft_title="Beehives for",
    draft_place="Mfanoni, Kitui County",
    draft_sector="agriculture",
)
MOLDOVA = Agency(
    slug="moldova-diaspora-desk",
    name="Moldova Diaspora Desk (demo)",
    country="MDA",
    territories=("MDA",),
    surname="Exemplu",
    first_names=("Ludmila", "Andrei", "Natalia", "Victor", "Irina", "Sergiu"),
    draft_title="A cider press for",
    draft_place="Exempleni, Orhei",
    draft_sector="food",
)
MEXICO = Agency(
    slug="mexico-migrant-institute",
    name="Mexico Migrant Institute (demo)",
    country="MEX",
    territories=("MEX",),
    surname="Ejemplo",
    first_names=("Guadalupe", "Mateo", "Ximena", "Rodrigo", "Paloma", "Efraín"),
    draft_title="Rain tanks for",
    draft_place="San Ejemplo, Puebla",
    draft_sector="water",
)
SENEGAL = Agency(
    slug="senegal-diaspora-agency",
    name="Senegal Diaspora Agency (demo)",
    country="SEN",
    territories=("SEN", "GHA", "PHL"),
    surname="Misaal",
    first_names=("Khady", "Ibrahima", "Ndeye", "Moussa", "Aminata", "Babacar"),
    draft_title="A cold room for",
    draft_place="Keur Misaal, Thiès",
    draft_sector="fisheries",
)

AGENCIES = (KENYA, MOLDOVA, MEXICO, SENEGAL)
