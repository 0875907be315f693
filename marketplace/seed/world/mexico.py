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

OFFICE = "Vetting officer, Mexico Migrant Institute (demo)"

LOOMS = Undertaking(
    slug="foot-looms-for-weavers-oaxaca",
    agency="mexico-migrant-institute",
    owner=Owner(slug="tejedoras-ejemplo", name="Tejedoras Ejemplo", kind="msme"),
    kind="msme",
    sector="crafts",
    country="MEX",
    place="San Ejemplo, Oaxaca",
    scene="loom",
    beneficiaries=26,
    english=Words(
        title="Foot looms for the weavers of San Ejemplo",
        summary="Six foot looms and a dye house let 26 women sell cloth by the metre under their"
        " own name.",
        story="The women of San Ejemplo weave on back-strap looms, forty centimetres wide. Traders"
        " from the city buy the belts and sell them for five times the price.\n\n"
        "Two daughters who worked in Los Angeles came back with an order from a shop there:"
        " curtain cloth, by the metre, one metre wide. No loom in the village is that wide.\n\n"
        "Six foot looms, a dye house with a stove that does not smoke, and a year of lessons"
        " with an old weaver from the next valley are what it takes.",
        change="26 weavers sell about 130 metres a month under the village's name.\n\n"
        "A weaver's month earns about 310 euros instead of 120.\n\n"
        "Indigo and cochineal are dyed without smoke in the room.",
    ),
    arabic=Words(
        title="أنوال دواسة لنسّاجات سان إخيمبلو",
        summary="ستة أنوال دواسة ودار صباغة تتيح لـ 26 امرأة بيع القماش بالمتر باسمهن.",
        story="تنسج نساء سان إخيمبلو على أنوال تُشدّ إلى الظهر عرضها أربعون سنتيمترًا. يشتري تجار"
        " المدينة الأحزمة ويبيعونها بخمسة أضعاف الثمن.\n\n"
        "عادت ابنتان عملتا في لوس أنجلوس بطلب من متجر هناك: قماش ستائر بالمتر، عرضه متر. لا نول"
        " في القرية بهذا العرض.\n\n"
        "المطلوب ستة أنوال دواسة ودار صباغة بموقد بلا دخان وسنة من الدروس مع نسّاج مسنّ من الوادي"
        " المجاور.",
        change="تبيع 26 نسّاجة نحو 130 مترًا في الشهر باسم القرية.\n\n"
        "يصبح دخل النسّاجة نحو 310 يورو في الشهر بدلًا من 120.\n\n"
        "تُصبغ النيلة والقرمز بلا دخان في الغرفة.",
    ),
    budget=(
        Line("Six foot looms made in the valley", "ستة أنوال دواسة مصنوعة في الوادي", 4_800),
        Line("Dye house with smokeless stove", "دار صباغة بموقد بلا دخان", 2_700),
        Line("Yarn and dye for the first order", "خيوط وأصباغ للطلب الأول", 1_600),
        Line("Lessons, two days a week for a year", "دروس يومان في الأسبوع لمدة سنة", 1_300),
    ),
    stages=(
        Stage(
            title="Looms and dye house",
            arabic="الأنوال ودار الصباغة",
            proof="Photographs, acceptance by the assembly of weavers",
            due=date(2027, 6, 15),
            euros=7_500,
        ),
        Stage(
            title="First order delivered",
            arabic="تسليم أول طلب",
            proof="Invoice and the buyer's letter",
            due=date(2027, 12, 15),
            euros=2_900,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The shop in Los Angeles takes one order and no more.",
            "Two daughters look for other buyers; none has signed.",
        ),
        Danger(
            "medium",
            "Young weavers leave before they have learned.",
            "Lessons are paid by the day, to those who come.",
        ),
        Danger(
            "low",
            "Copies from factories under the village's name.",
            "The name is being registered; that takes a year.",
        ),
    ),
    team=(
        Teammate("Rosalba Ejemplo", "President of the weavers", 2016),
        Teammate("Itzel Ejemplo", "Sales, came back from Los Angeles", 2025),
        Teammate("Fermina Ejemplo", "Dyer", 1998),
    ),
    findings=findings(
        date(2026, 9, 14),
        by=OFFICE,
        signers="president, treasurer and secretary",
        register="Deed DEMO-0005 of a society of producers",
        visit="Two days in San Ejemplo, 7 and 8 September",
        quotes="Two carpenters asked, both offers on file",
    ),
    not_checked="Nobody spoke with the shop in Los Angeles; the order was seen as a copy.",
    raising=Raise(
        opens=date(2026, 10, 20),
        closes=date(2026, 12, 19),
        owner=1_000,
        gifts=(500, 120, 2_000, 65, 1_800, 1_500, 1_200, 700),
    ),
)

SCHOOL_ROOF = Undertaking(
    slug="a-roof-for-the-school-zacatecas",
    agency="mexico-migrant-institute",
    owner=Owner(slug="club-ejemplo", name="Club de Migrantes Ejemplo", kind="hta"),
    kind="social",
    sector="education",
    country="MEX",
    place="Ejemplo de Arriba, Zacatecas",
    scene="school_roof",
    beneficiaries=118,
    english=Words(
        title="A new roof for the primary school of Ejemplo de Arriba",
        summary="The roof of three classrooms is held up by tree trunks. A steel roof gives 118"
        " children their classrooms back.",
        story="In the storm of September 2025 half of the roof of the primary school came down. It"
        " was a Sunday. Since then 118 children have had lessons in the church and in the house"
        " of the mayor's aunt.\n\n"
        "The club of people from the village who live in Chicago has met every Saturday since. It"
        " has bought the steel, which lies paid for in the yard.\n\n"
        "What is missing is the work: a mason, a welder, sheets, gutters and a drain, so that"
        " water runs to the cistern and not into the walls.",
        change="Three classrooms are dry and open by the first day of school in August 2027.\n\n"
        "Rain from the roof fills a cistern of 20,000 litres.\n\n"
        "118 children have all of their lessons in one building again.",
    ),
    arabic=Words(
        title="سقف جديد لمدرسة إخيمبلو دي أريبا الابتدائية",
        summary="سقف ثلاثة صفوف تسنده جذوع أشجار. سقف فولاذي يعيد إلى 118 طفلًا صفوفهم.",
        story="في عاصفة سبتمبر 2025 سقط نصف سقف المدرسة الابتدائية. كان يوم أحد. منذ ذلك الحين"
        " يتلقى 118 طفلًا دروسهم في الكنيسة وفي بيت عمة رئيس البلدية.\n\n"
        "يجتمع نادي أبناء القرية المقيمين في شيكاغو كل سبت منذ ذلك الوقت. اشترى الفولاذ، وهو"
        " موجود في الساحة مدفوع الثمن.\n\n"
        "ما ينقص هو العمل: بنّاء ولحّام وصفائح ومزاريب ومصرف، كي يجري الماء إلى الخزان لا إلى"
        " الجدران.",
        change="ثلاثة صفوف جافة ومفتوحة في أول يوم دراسي من أغسطس 2027.\n\n"
        "يملأ المطر من السقف خزانًا سعته 20000 لتر.\n\n"
        "يعود 118 طفلًا إلى تلقي كل دروسهم في مبنى واحد.",
    ),
    budget=(
        Line("Roof sheets and fixings", "صفائح السقف ولوازم التثبيت", 6_400),
        Line("Welder and two masons, seven weeks", "لحّام وبنّاءان، سبعة أسابيع", 5_700),
        Line("Gutters, pipes and cistern", "مزاريب وأنابيب وخزان", 3_300),
        Line("Engineer's drawings and inspection", "رسوم المهندس والمعاينة", 1_400),
        Line("Removal of what is left of the old roof", "إزالة بقايا السقف القديم", 800),
    ),
    stages=(
        Stage(
            title="Old roof removed, steel frame up",
            arabic="إزالة السقف القديم ورفع الهيكل",
            proof="Report of the engineer with photographs",
            due=date(2027, 4, 30),
            euros=8_000,
        ),
        Stage(
            title="Roof closed, rain runs to the cistern",
            arabic="إغلاق السقف ووصول المطر إلى الخزان",
            proof="Acceptance by the state's school office",
            due=date(2027, 7, 31),
            euros=9_600,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The rains start before the roof is closed.",
            "The frame is built room by room, so that one room at least is always dry.",
        ),
        Danger(
            "medium",
            "The welder gets better paid work in the city.",
            "He is paid by the week; a second one has been named.",
        ),
        Danger(
            "low",
            "The state builds a new school elsewhere.",
            "The school office has written that it has no such plan until 2030.",
        ),
    ),
    team=(
        Teammate("Don Chema Ejemplo", "President of the club, lives in Chicago", 2004),
        Teammate("Lucero Ejemplo", "Head teacher", 2015),
        Teammate("Ulises Ejemplo", "Engineer, works without pay", 2025),
    ),
    findings=findings(
        date(2026, 9, 21),
        by=OFFICE,
        signers="president and treasurer of the club",
        register="Entry DEMO-0006 in the consulate's register of clubs",
        visit="One day at the school on 17 September, the steel counted",
        quotes="Three offers for the sheets, two for the work",
    ),
    not_checked="Nobody tested the old walls by drilling; the engineer judged them by eye.",
    raising=Raise(
        opens=date(2026, 10, 11),
        closes=date(2026, 12, 10),
        owner=2_000,
        gifts=(100, 250, 400, 75, 1_000, 30, 500, 200),
    ),
)

PROJECTS = (LOOMS, SCHOOL_ROOF)
