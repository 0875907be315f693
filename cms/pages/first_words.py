"""The words a new home page starts with, until editors write their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cms.pages.blocks import Place, Proof

Section = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. `translation` is a value of `HomePage.Translation`."""

    title: str
    heading: str
    lead: str
    translation: str
    sections: tuple[Section, ...]


def _sections(  # noqa: PLR0913  One argument for each section of the page.
    *,
    doors: tuple[str, tuple[tuple[Place, str, str], ...]],
    closing: str,
    costs: tuple[str, str],
    numbers: tuple[str, str],
    checks: tuple[str, tuple[tuple[Proof, str, str], ...]],
    warning: tuple[str, str],
) -> tuple[Section, ...]:
    return (
        (
            "doors",
            {
                "heading": doors[0],
                "doors": [
                    {"place": place.value, "title": title, "text": text}
                    for place, title, text in doors[1]
                ],
            },
        ),
        ("closing_soon", {"heading": closing}),
        ("transfer_costs", {"heading": costs[0], "text": costs[1]}),
        (
            "honest_numbers",
            {
                "heading": numbers[0],
                "text": numbers[1],
                "checks_heading": checks[0],
                "checks": [
                    {"sign": sign.value, "claim": claim, "how": how}
                    for sign, claim, how in checks[1]
                ],
            },
        ),
        ("warning", {"heading": warning[0], "text": warning[1]}),
    )


ENGLISH = Words(
    title="Weft",
    heading="Give to checked projects back home.",
    lead=(
        "Choose a checked business or school back home. Where a public fund is open, it adds to "
        "what you give, by a rule you can read."
    ),
    translation="original",
    sections=_sections(
        doors=(
            "What do you want to do?",
            (
                (Place.PROJECTS, "Give to a project", "A gift from 5 euro, paid by card."),
                (Place.SEND, "Send money for less", "Every fee and rate, side by side."),
                (Place.AGENCY, "List your project", "For agencies and the projects they check."),
            ),
        ),
        closing="Closing soon",
        costs=(
            "The same amount can cost little or much to send.",
            (
                "We add the fee and the hidden exchange-rate margin, so you see the one number "
                "that counts: what arrives."
            ),
        ),
        numbers=(
            "What happened to the money so far",
            "We publish what went wrong next to what went right.",
        ),
        checks=(
            "Before a project appears here",
            (
                (Proof.PEOPLE, "We know who runs it.", "Identity, ownership and sanctions lists."),
                (
                    Proof.REGISTER,
                    "It is registered.",
                    "The office in the country confirms the number.",
                ),
                (Proof.VISIT, "Someone stood there.", "A site visit, with its date."),
                (
                    Proof.ACCOUNT,
                    "The account is theirs.",
                    "A test transfer arrived in the project’s name.",
                ),
                (
                    Proof.STAGES,
                    "Money moves in stages.",
                    "The next part waits until the last part is proved.",
                ),
            ),
        ),
        warning=(
            "Nobody from Weft asks for your PIN or sends payment links in chat.",
            (
                "You pay only on the page that opens from this site. If somebody offers you a "
                "journey, a job or an investment in our name, do not pay."
            ),
        ),
    ),
)

ARABIC = Words(
    title="Weft",
    heading="تبرّع لمشاريع مدقَّقة في بلدك الأصلي.",
    lead=(
        "اختر مشروعًا صغيرًا أو مدرسة مدقَّقة في بلدك. وحيث يوجد صندوق عام مفتوح فإنه يضيف إلى ما "
        "تعطيه، وفق قاعدة منشورة يمكنك قراءتها."
    ),
    translation="machine",
    sections=_sections(
        doors=(
            "ماذا تريد أن تفعل؟",
            (
                (Place.PROJECTS, "تبرّع لمشروع", "تبرّع ابتداءً من 5 يورو، بالبطاقة."),
                (Place.SEND, "أرسل المال بكلفة أقل", "كل رسم وكل سعر صرف، جنبًا إلى جنب."),
                (Place.AGENCY, "أدرج مشروعك", "للهيئات والمشاريع التي تدقّقها."),
            ),
        ),
        closing="تُغلق قريبًا",
        costs=(
            "قد يكلّف إرسال المبلغ نفسه قليلًا أو كثيرًا.",
            "نجمع الرسوم وهامش سعر الصرف الخفي، فترى الرقم الوحيد المهم: ما يصل فعلًا.",
        ),
        numbers=(
            "ماذا حدث للمال حتى الآن",
            "ننشر ما تعثّر إلى جانب ما نجح.",
        ),
        checks=(
            "قبل أن يظهر مشروع هنا",
            (
                (Proof.PEOPLE, "نعرف من يديره.", "الهوية والملكية وقوائم العقوبات."),
                (Proof.REGISTER, "إنه مسجَّل.", "المكتب المختص في البلد يؤكد رقم التسجيل."),
                (Proof.VISIT, "زاره أحدنا.", "زيارة للموقع، مع تاريخها."),
                (Proof.ACCOUNT, "الحساب حسابهم.", "وصل تحويل تجريبي باسم المشروع."),
                (Proof.STAGES, "المال على مراحل.", "ينتظر الجزء التالي حتى يثبت إنجاز ما قبله."),
            ),
        ),
        warning=(
            "لا أحد من Weft يطلب رمزك السري أو يرسل روابط دفع في المحادثات.",
            (
                "لا تدفع إلا في الصفحة التي تُفتح من هذا الموقع. وإذا عرض عليك أحد باسمنا سفرًا "
                "أو عملًا أو استثمارًا فلا تدفع."
            ),
        ),
    ),
)

WORDS = {"en": ENGLISH, "ar": ARABIC}
