"""People abroad who gave. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Giver:
    name: str
    email: str
    residence: str
    language: str
    hides_name: bool = False
    message: str = ""


def _giver(  # noqa: PLR0913  What a receipt and a list of givers say.
    first: str,
    surname: str,
    residence: str,
    *,
    language: str = "en",
    hides_name: bool = False,
    message: str = "",
) -> Giver:
    email = f"{first}.{surname}@people.example".lower()
    return Giver(f"{first} {surname}", email, residence, language, hides_name, message)


GIVERS = (
    _giver("Amina", "Beispiel", "DEU", message="For my aunt's village. Keep the books open."),
    _giver("Joseph", "Beispiel", "DEU"),
    _giver("Ruth", "Beispiel", "AUT", hides_name=True),
    _giver("Samuel", "Example", "GBR", message="From the Sunday club in Leeds."),
    _giver("Grace", "Example", "GBR"),
    _giver("Peter", "Example", "USA"),
    _giver("Esther", "Example", "USA", message="My first salary. I promised."),
    _giver("Daniel", "Example", "CAN"),
    _giver("Elena", "Esempio", "ITA", message="Per il forno, con un abbraccio."),
    _giver("Ion", "Esempio", "ITA"),
    _giver("Maria", "Esempio", "ITA", hides_name=True),
    _giver("Sofia", "Ejemplo", "ESP"),
    _giver("Luis", "Ejemplo", "USA", message="Para la escuela donde aprendí a leer."),
    _giver("Carmen", "Ejemplo", "USA"),
    _giver("Fatou", "Exemple", "FRA", message="Pour l'eau de Keur Misaal."),
    _giver("Mamadou", "Exemple", "FRA"),
    _giver("Aissatou", "Exemple", "BEL"),
    _giver("Youssef", "Mithal", "FRA", language="ar", message="بالتوفيق."),
    _giver("Kofi", "Voorbeeld", "NLD"),
    _giver("Ama", "Voorbeeld", "NLD", message="Send us a picture of the first trailer."),
    _giver("Jun", "Example", "ARE"),
    _giver("Marisol", "Example", "CAN", hides_name=True),
    _giver("Ngozi", "Exempel", "SWE"),
    _giver("Pavel", "Exemplo", "PRT"),
)
