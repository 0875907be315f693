"""A person who gives through the pages of a running site, without a browser and JavaScript."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what it carries already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given.get("value", "")


def way_to_pay(site: str, slug: str, *, email: str, amount: str = "100") -> str:
    """Walk through the four steps of giving and return the address of the provider's page."""
    with requests.Session() as person:
        page = _get(person, f"{site}/en/give/{slug}/amount/")
        page = _submit(person, page, amount=amount)
        page = _get(person, page.url.replace("/match/", "/details/"))
        page = _submit(person, page, email=email, name="Asha Mwangi", residence="SWE")
        page = _submit(person, page, onward=False)
        return page.headers["Location"]


def _get(person: requests.Session, url: str) -> requests.Response:
    page = person.get(url, timeout=20)
    assert page.status_code == 200, (url, page.status_code)
    return page


def _submit(
    person: requests.Session, page: requests.Response, *, onward: bool = True, **fields: str
) -> requests.Response:
    """Fill in the form that leads on from a page and send it."""
    parser = _Forms()
    parser.feed(page.text)
    here = page.url.partition("?")[0]
    leads_on = [form for form in parser.forms if urljoin(page.url, form[0]) == here]
    (action, carried) = leads_on[0]
    answer = person.post(
        urljoin(page.url, action),
        data=carried | fields,
        headers={"Referer": page.url},
        timeout=20,
        allow_redirects=onward,
    )
    assert answer.status_code in {200, 303}, (answer.url, answer.status_code)
    return answer
