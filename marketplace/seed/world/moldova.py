from __future__ import annotations

from datetime import date

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

OFFICE = "Vetting officer, Moldova Diaspora Desk (demo)"

BAKERY = Undertaking(
    slug="second-oven-village-bakery-soroca",
    agency="moldova-diaspora-desk",
    owner=Owner(slug="painea-exemplu", name="Pâinea Exemplu", kind="msme"),
    kind="msme",
    sector="food",
    country="MDA",
    place="Exempleni, Soroca",
    scene="bakery",
    beneficiaries=900,
    english=Words(
        title="A second oven for the village bakery of Exempleni",
        summary="Two sisters came back from Padua to bake. One more oven lets them supply four"
        " schools and hire three neighbours.",
        story="Ana and Doina baked for other people in Padua for eleven years. In 2023 they came"
        " home, bought the empty shop of the collective farm and one used oven.\n\n"
        "By nine in the morning everything is sold. Four schools of the district have asked for"
        " bread and rolls for 900 children, but the oven is full.\n\n"
        "A second oven, a dough divider and a small van would double what they bake and bring it"
        " to the schools before the first lesson.",
        change="900 pupils get bread baked the same morning, on 170 school days a year.\n\n"
        "Three people from the village are hired with a contract.\n\n"
        "Sales rise from 3,100 to about 6,400 euros a month.",
    ),
    arabic=Words(
        title="فرن ثانٍ لمخبز قرية إكسمبليني",
        summary="عادت شقيقتان من بادوفا لتخبزا. فرن آخر يسمح لهما بتزويد أربع مدارس وتوظيف ثلاثة"
        " جيران.",
        story="عملت آنا ودوينا خبّازتين لدى آخرين في بادوفا إحدى عشرة سنة. وفي 2023 عادتا إلى"
        " الوطن واشترتا متجر المزرعة الجماعية المهجور وفرنًا مستعملًا.\n\n"
        "عند التاسعة صباحًا يكون كل شيء قد بيع. طلبت أربع مدارس في المنطقة خبزًا لـ 900 طفل، لكن"
        " الفرن ممتلئ.\n\n"
        "فرن ثانٍ ومقسّمة عجين وشاحنة صغيرة ستضاعف ما تخبزانه وتوصله إلى المدارس قبل الحصة"
        " الأولى.",
        change="يحصل 900 تلميذ على خبز مخبوز في الصباح نفسه، 170 يومًا دراسيًا في السنة.\n\n"
        "يُوظَّف ثلاثة أشخاص من القرية بعقود.\n\n"
        "ترتفع المبيعات من 3100 إلى نحو 6400 يورو في الشهر.",
    ),
    budget=(
        Line("Deck oven, three decks", "فرن بثلاثة طوابق", 9_200),
        Line("Dough divider", "مقسّمة عجين", 2_600),
        Line("Used delivery van", "شاحنة توصيل مستعملة", 6_800),
        Line("Stronger electric line", "خط كهرباء أقوى", 1_900),
        Line("Shelves, trays and tins", "رفوف وصوانٍ وقوالب", 1_000),
    ),
    stages=(
        Stage(
            title="Electric line and oven",
            arabic="خط الكهرباء والفرن",
            proof="Invoice, acceptance by the grid operator",
            due=date(2027, 5, 15),
            euros=12_000,
        ),
        Stage(
            title="Van and divider",
            arabic="الشاحنة والمقسّمة",
            proof="Vehicle papers in the firm's name",
            due=date(2027, 7, 15),
            euros=8_500,
        ),
        Stage(
            title="First month of school deliveries",
            arabic="أول شهر من التوصيل إلى المدارس",
            proof="Delivery notes signed by four head teachers",
            due=date(2027, 10, 31),
            euros=1_000,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The price of electricity rises again.",
            "Half of the offers to schools are tied to the price of electricity; half are not.",
        ),
        Danger(
            "medium",
            "A school buys elsewhere after a year.",
            "Each school may leave with two months' notice. Shops in Soroca have asked as well.",
        ),
        Danger(
            "low",
            "One of the sisters falls ill.",
            "Both know every step; a neighbour has trained for half a year.",
        ),
    ),
    team=(
        Teammate("Ana Exemplu", "Baker and owner", 2023),
        Teammate("Doina Exemplu", "Baker and owner", 2023),
    ),
    findings=findings(
        date(2026, 9, 2),
        by=OFFICE,
        signers="both owners",
        register="Extract DEMO-0003 of the state register of companies",
        visit="A morning in the bakery on 28 August, from four o'clock on",
        quotes="Three offers for the oven, two for the van",
    ),
    not_checked="Nobody checked the van's engine, or whether the schools will pay on time.",
    raising=Raise(
        opens=date(2026, 10, 13),
        closes=date(2026, 12, 12),
        owner=3_000,
        gifts=(500, 200, 1_000, 350, 60, 750),
    ),
)

LIBRARY = Undertaking(
    slug="a-library-that-is-warm-orhei",
    agency="moldova-diaspora-desk",
    owner=Owner(slug="asociatia-exemplu", name="Asociația Exemplu", kind="hta"),
    kind="social",
    sector="culture",
    country="MDA",
    place="Exempleni, Orhei",
    scene="library",
    beneficiaries=640,
    english=Words(
        title="A village library that is warm in winter",
        summary="New windows, a heat pump and evening hours, so that 640 people have one heated"
        " room to read, learn and meet.",
        story="The library of Exempleni owns 9,000 books and closes from November to March, because"
        " nobody can pay for the gas.\n\n"
        "The hometown association has 63 members in Italy, Ireland and Portugal. They paid for"
        " the roof in 2024. The building is dry now, but still cold.\n\n"
        "With better windows and a heat pump, heating costs a quarter. The town hall has agreed"
        " to pay that quarter and the librarian's evening hours.",
        change="Open on 250 days a year instead of 140, until eight in the evening.\n\n"
        "Heating costs fall from 3,900 to about 950 euros a winter.\n\n"
        "Two computers and a quiet room for lessons with grandchildren abroad.",
    ),
    arabic=Words(
        title="مكتبة قرية دافئة في الشتاء",
        summary="نوافذ جديدة ومضخة حرارية وساعات مسائية، ليكون لـ 640 شخصًا غرفة دافئة واحدة"
        " للقراءة والتعلم واللقاء.",
        story="تملك مكتبة إكسمبليني 9000 كتاب وتغلق من نوفمبر إلى مارس لأن أحدًا لا يستطيع دفع"
        " ثمن الغاز.\n\n"
        "لجمعية أبناء البلدة 63 عضوًا في إيطاليا وأيرلندا والبرتغال. دفعوا ثمن السقف في 2024."
        " المبنى جاف الآن لكنه ما زال باردًا.\n\n"
        "بنوافذ أفضل ومضخة حرارية تنخفض كلفة التدفئة إلى الربع. وافقت البلدية على دفع هذا الربع"
        " وأجر الساعات المسائية لأمينة المكتبة.",
        change="تفتح 250 يومًا في السنة بدلًا من 140، حتى الثامنة مساءً.\n\n"
        "تنخفض كلفة التدفئة من 3900 إلى نحو 950 يورو في الشتاء.\n\n"
        "حاسوبان وغرفة هادئة لدروس مع الأحفاد في الخارج.",
    ),
    budget=(
        Line("Fourteen windows with double glass", "أربع عشرة نافذة بزجاج مزدوج", 5_900),
        Line("Heat pump and fitting", "مضخة حرارية وتركيبها", 5_200),
        Line("Two computers and a screen", "حاسوبان وشاشة", 1_300),
        Line("Paint and shelves for the quiet room", "طلاء ورفوف للغرفة الهادئة", 800),
    ),
    stages=(
        Stage(
            title="Windows",
            arabic="النوافذ",
            proof="Photographs of all fourteen, acceptance by the town hall",
            due=date(2027, 8, 31),
            euros=6_200,
        ),
        Stage(
            title="Heating and first open winter evening",
            arabic="التدفئة وأول أمسية شتوية",
            proof="Test report of the heat pump, page of the visitors' book",
            due=date(2027, 11, 30),
            euros=7_000,
        ),
    ),
    dangers=(
        Danger(
            "medium",
            "The town hall stops paying for the evening hours.",
            "The agreement runs for three years; after that the association would have to pay.",
        ),
        Danger(
            "medium",
            "Windows cost more when they are ordered in spring.",
            "The offer holds until the end of May.",
        ),
        Danger(
            "low",
            "Few people come.",
            "The visitors' book is public, and the association will say so if that happens.",
        ),
    ),
    team=(
        Teammate("Vera Exemplu", "Librarian", 2009),
        Teammate("Ion Exemplu", "Chair of the association, lives in Dublin", 2018),
    ),
    findings=findings(
        date(2026, 9, 16),
        by=OFFICE,
        signers="the chair and the treasurer",
        register="Extract DEMO-0004 of the register of associations",
        visit="Two hours in the library on 11 September",
        quotes="Three offers for the windows, two for the heat pump",
    ),
    not_checked="Nobody measured how much heat the walls lose; the saving is the seller's figure.",
    raising=Raise(
        opens=date(2026, 11, 10),
        closes=date(2027, 1, 9),
        owner=1_200,
        gifts=(300, 50, 25),
    ),
)

PROJECTS = (BAKERY, LIBRARY)
