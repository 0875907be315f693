"""A crowd that pays at once for one project, and a pot that is not enough for half of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from marketplace.seed import days
from marketplace.seed.world.agencies import SENEGAL
from marketplace.seed.world.forms import (
    Danger,
    Line,
    Owner,
    Raise,
    Stage,
    Teammate,
    Undertaking,
    Words,
    findings,
)
from marketplace.seed.world.givers import Giver
from marketplace.seed.world.programmes import Offer

AGENCY = SENEGAL
PEOPLE = 64
EACH_MINOR = 100_00
POT_MINOR = 3_000_00
OWNER = Owner(slug="nhwesoo-bridge-committee", name="Nhwesoo Bridge Committee", kind="ngo")

# In a country that no other programme of the demo world speaks of.
FOOTBRIDGE = Undertaking(
    slug="footbridge-over-the-ofin",
    agency=AGENCY.slug,
    owner=OWNER,
    kind="social",
    sector="education",
    country="GHA",
    place="Nhwesoso, Ashanti Region",
    scene="",
    beneficiaries=900,
    english=Words(
        title="A footbridge that stands when the Ofin rises",
        summary="A steel footbridge replaces two tree trunks, so that pupils and traders cross the"
        " river in the rains as well.",
        story="From May to July the Ofin carries the two tree trunks away on which Nhwesoso crosses"
        " it. Pupils then stay at home, or walk eleven kilometres round.\n\n"
        "The committee has built the stone abutments with its own hands over two dry seasons. What"
        " is missing is the steel.\n\n"
        "A workshop in Kumasi makes the truss in four parts, which a lorry can bring and forty"
        " people can lift.",
        change="Nobody misses school because of the river.\n\n"
        "Traders reach the market in half an hour instead of three.\n\n"
        "Two people of the village paint and check the bridge each January.",
    ),
    arabic=Words(
        title="جسر للمشاة يصمد حين يفيض نهر أوفين",
        summary="جسر فولاذي للمشاة يحل محل جذعي شجرة، فيعبر التلاميذ والتجار النهر في موسم الأمطار"
        " أيضًا.",
        story="من مايو إلى يوليو يجرف نهر أوفين جذعي الشجرة اللذين يعبر عليهما أهل نهويسو. عندها"
        " يبقى التلاميذ في البيت أو يمشون أحد عشر كيلومترًا.\n\n"
        "بنت اللجنة دعامات الحجر بأيديها في موسمي جفاف. ما ينقص هو الفولاذ.\n\n"
        "تصنع ورشة في كوماسي الجسر من أربعة أجزاء تحملها شاحنة ويرفعها أربعون شخصًا.",
        change="لا يتغيب أحد عن المدرسة بسبب النهر.\n\n"
        "يصل التجار إلى السوق في نصف ساعة بدلًا من ثلاث.\n\n"
        "يطلي شخصان من القرية الجسر ويفحصانه كل يناير.",
    ),
    budget=(
        Line("Steel truss in four parts", "هيكل فولاذي من أربعة أجزاء", 8_200),
        Line("Planks and railings", "ألواح ودرابزين", 2_100),
        Line("Lorry and crane for three days", "شاحنة ورافعة لثلاثة أيام", 1_700),
    ),
    stages=(
        Stage(
            title="Truss made and brought",
            arabic="صنع الهيكل وإحضاره",
            proof="Photographs, the workshop's bill",
            due=date(2027, 2, 15),
            euros=8_200,
        ),
        Stage(
            title="Bridge open",
            arabic="افتتاح الجسر",
            proof="Photographs, the district engineer's letter",
            due=date(2027, 4, 30),
            euros=3_800,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The river rises before the truss is there.",
            "The abutments stand; the truss is stored and set in the next dry season.",
        ),
        Danger("medium", "Steel becomes dearer.", "The workshop holds its offer until March."),
        Danger("low", "Somebody steals planks.", "They are bolted, and houses are near."),
    ),
    team=(
        Teammate("Efua Nhwesoo", "Chair of the committee", 2021),
        Teammate("Yaw Nhwesoo", "Mason", 2021),
    ),
    findings=findings(
        date(2026, 10, 20),
        by="Vetting officer, Senegal Diaspora Agency (demo)",
        signers="the chair and the treasurer",
        register="Entry DEMO-0064 in the register of associations",
        visit="A day at the river on 16 October, by a partner office",
        quotes="Two offers for the truss, one for the rest",
    ),
    not_checked="Nobody has measured how high the river rose before 2019.",
    raising=Raise(opens=date(2026, 11, 2), closes=date(2027, 1, 1), owner=600, gifts=()),
)


def footbridge(seed: int, *, day: date) -> Undertaking:
    """Return the project of a seed's crowd, as if it all paid on that day."""
    here = days.moved(FOOTBRIDGE, day - days.WRITTEN_ON)
    return replace(
        here,
        slug=slug(seed),
        owner=replace(OWNER, slug=f"{OWNER.slug}-{seed}", name=f"{OWNER.name} {seed}"),
        english=replace(here.english, title=title(seed)),
        arabic=replace(here.arabic, title=f"{here.arabic.title} ({seed})"),
    )


def slug(seed: int) -> str:
    return f"{FOOTBRIDGE.slug}-{seed}"


def programme(seed: int) -> str:
    return f"footbridge-one-plus-one-{seed}"


def title(seed: int) -> str:
    """Return what the provider's page says that the money is for."""
    return f"{FOOTBRIDGE.english.title} ({seed})"


def offer(seed: int, *, day: date) -> Offer:
    """Return one for one, for this project alone, up to what one person gives."""
    opens, closes = day - timedelta(days=30), day + timedelta(days=365)
    return Offer(
        agency=AGENCY.slug,
        pot_minor=POT_MINOR,
        document={
            "id": programme(seed),
            "name": f"Footbridge 1+1 ({seed}, demo)",
            "currency": "EUR",
            "window": [f"{opens}T00:00:00Z", f"{closes}T00:00:00Z"],
            "tz": "Africa/Accra",
            "eligible": [{"field": "project.slug", "op": "eq", "value": slug(seed)}],
            "rate": [1, 1],
            "caps": [{"scope": "contribution", "amount": EACH_MINOR}],
        },
    )


def givers() -> list[Giver]:
    """Return everybody in the crowd. None of them exists."""
    return [
        Giver(f"Giver {n:02d} Beispiel", f"giver-{n:02d}@crowd.example", "DEU", "en")
        for n in range(1, PEOPLE + 1)
    ]
