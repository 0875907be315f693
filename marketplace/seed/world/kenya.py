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

OFFICE = "Vetting officer, Kenya Diaspora Office (demo)"

DRYERS = Undertaking(
    slug="solar-mango-dryers-makueni",
    agency="kenya-diaspora-office",
    owner=Owner(slug="mfano-growers", name="Mfano Growers Cooperative", kind="msme"),
    kind="msme",
    sector="food",
    country="KEN",
    place="Mfanoni, Makueni County",
    scene="solar_dryer",
    beneficiaries=140,
    english=Words(
        title="Solar dryers for mango growers in Makueni",
        summary="Two drying tunnels turn mangoes that rot by the road into fruit that keeps for a"
        " year.",
        story="Every January the trees of Mfanoni carry more mangoes than the lorries take. What"
        " is left lies by the road, and the price falls to three shillings a fruit.\n\n"
        "The cooperative dried its first two hundred kilograms on borrowed racks last season. A"
        " shop in Nairobi bought all of it and asked for more, but rain spoiled the second"
        " batch.\n\n"
        "Two closed tunnels with fans that run on sunlight, a washing table and a packing room"
        " would let 140 growers dry four tonnes a season, whatever the weather.",
        change="Four tonnes of dried mango a season instead of two hundred kilograms.\n\n"
        "140 growers are paid eleven shillings a fruit on the day they deliver.\n\n"
        "Six people work in the packing room from December to March, four of them women.",
    ),
    arabic=Words(
        title="مجففات شمسية لمزارعي المانجو في ماكويني",
        summary="نفقان للتجفيف يحوّلان المانجو التي تتعفن على جانب الطريق إلى فاكهة تُحفظ سنة كاملة.",
        story="في كل يناير تحمل أشجار مفانوني من المانجو أكثر مما تنقله الشاحنات. ما يبقى يُترك"
        " على جانب الطريق، وينخفض السعر إلى ثلاثة شلنات للثمرة.\n\n"
        "جففت التعاونية أول مئتي كيلوغرام على رفوف مستعارة في الموسم الماضي. اشترى متجر في"
        " نيروبي الكمية كلها وطلب المزيد، لكن المطر أفسد الدفعة الثانية.\n\n"
        "نفقان مغلقان بمراوح تعمل بضوء الشمس وطاولة غسيل وغرفة تعبئة ستسمح لـ 140 مزارعًا بتجفيف"
        " أربعة أطنان في الموسم مهما كان الطقس.",
        change="أربعة أطنان من المانجو المجففة في الموسم بدلًا من مئتي كيلوغرام.\n\n"
        "يتقاضى 140 مزارعًا أحد عشر شلنًا للثمرة يوم التسليم.\n\n"
        "يعمل ستة أشخاص في غرفة التعبئة من ديسمبر إلى مارس، أربعة منهم نساء.",
    ),
    budget=(
        Line("Two drying tunnels with solar fans", "نفقا تجفيف بمراوح شمسية", 7_400),
        Line("Washing table and water tank", "طاولة غسيل وخزان ماء", 1_900),
        Line("Packing room, 18 square metres", "غرفة تعبئة، 18 مترًا مربعًا", 4_600),
        Line("Scales, sealers and 4,000 bags", "موازين وآلات لحام و4000 كيس", 1_150),
        Line("Food licence and laboratory tests", "رخصة غذائية وفحوص مخبرية", 950),
    ),
    stages=(
        Stage(
            title="Ground prepared and tunnels ordered",
            arabic="تجهيز الأرض وطلب الأنفاق",
            proof="Signed order, photograph of the levelled ground",
            due=date(2027, 3, 15),
            euros=5_000,
        ),
        Stage(
            title="Tunnels and packing room stand",
            arabic="إقامة الأنفاق وغرفة التعبئة",
            proof="Inspection by the county's public works officer",
            due=date(2027, 7, 30),
            euros=9_000,
        ),
        Stage(
            title="First batch sold with a food licence",
            arabic="بيع أول دفعة برخصة غذائية",
            proof="Copy of the licence and of the first invoice",
            due=date(2028, 1, 31),
            euros=2_000,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The food licence is refused or comes after the harvest.",
            "The fruit is then sold in the county only, at half the price.",
        ),
        Danger(
            "medium",
            "A poor harvest, as in 2022.",
            "The tunnels also dry cowpea leaves and tomatoes.",
        ),
        Danger(
            "low",
            "The shop in Nairobi stops buying.",
            "Two more buyers have asked for samples; nobody has signed.",
        ),
    ),
    team=(
        Teammate("Mwende Mfano", "Chair of the cooperative", 2019),
        Teammate("Kioko Mfano", "Keeps the books", 2021),
        Teammate("Ndanu Mfano", "Runs the drying", 2023),
    ),
    findings=findings(
        date(2026, 9, 9),
        by=OFFICE,
        signers="the chair and the bookkeeper",
        register="Extract DEMO-0001 of the register of cooperatives",
        visit="Half a day in Mfanoni on 3 September, 41 growers met",
        quotes="Three written offers for the tunnels, the cheapest taken",
    ),
    not_checked="Nobody tested whether the buyers' promises hold, or what the fruit will cost in"
    " two years.",
    raising=Raise(
        opens=date(2026, 10, 9),
        closes=date(2026, 12, 8),
        owner=1_600,
        gifts=(100, 250, 500, 40, 120, 900, 75, 200, 350),
    ),
)

MATERNITY = Undertaking(
    slug="light-for-a-maternity-room-turkana",
    agency="kenya-diaspora-office",
    owner=Owner(slug="mfano-health-post", name="Mfano Health Post Committee", kind="ngo"),
    kind="social",
    sector="health",
    country="KEN",
    place="Lodwar Mfano, Turkana County",
    scene="clinic",
    beneficiaries=2_300,
    english=Words(
        title="Light and clean water for a maternity room in Turkana",
        summary="Solar power, a water tank and a delivery bed, so that no birth happens by the"
        " light of a telephone.",
        story="The health post of Lodwar Mfano has one midwife, one room and no electricity. After"
        " seven in the evening she works by the light of a telephone held by whoever came"
        " along.\n\n"
        "Water comes on a donkey from the dry river bed, twice a day. Instruments are boiled over"
        " charcoal.\n\n"
        "The committee has mended the roof with its own money. Panels, a battery, a tank, a"
        " sterilizer and a proper bed are more than 2,300 people without wages can save.",
        change="Light in the delivery room on every night of the year.\n\n"
        "Instruments sterilized in forty minutes instead of three hours.\n\n"
        "The midwife expects about 180 births a year at the post instead of 95.",
    ),
    arabic=Words(
        title="ضوء وماء نظيف لغرفة ولادة في توركانا",
        summary="طاقة شمسية وخزان ماء وسرير ولادة، كي لا تتم أي ولادة على ضوء هاتف.",
        story="في المركز الصحي في لودوار مفانو قابلة واحدة وغرفة واحدة ولا كهرباء. بعد السابعة"
        " مساءً تعمل على ضوء هاتف يمسكه من حضر معها.\n\n"
        "يأتي الماء على ظهر حمار من مجرى النهر الجاف مرتين في اليوم، وتُغلى الأدوات على الفحم.\n\n"
        "أصلحت اللجنة السقف بمالها الخاص. أما الألواح والبطارية والخزان وجهاز التعقيم والسرير"
        " المناسب فأكثر مما يستطيع 2300 شخص بلا أجور ادخاره.",
        change="ضوء في غرفة الولادة كل ليلة من السنة.\n\n"
        "تعقيم الأدوات في أربعين دقيقة بدلًا من ثلاث ساعات.\n\n"
        "تتوقع القابلة نحو 180 ولادة في السنة في المركز بدلًا من 95.",
    ),
    budget=(
        Line("Solar panels, battery and wiring", "ألواح شمسية وبطارية وتمديدات", 4_300),
        Line("Water tank of 5,000 litres and filter", "خزان ماء سعة 5000 لتر ومرشح", 1_750),
        Line("Delivery bed and examination lamp", "سرير ولادة ومصباح فحص", 1_400),
        Line("Sterilizer", "جهاز تعقيم", 1_250),
        Line("Transport from Eldoret and fitting", "النقل من إلدوريت والتركيب", 1_100),
    ),
    stages=(
        Stage(
            title="Power works",
            arabic="الكهرباء تعمل",
            proof="Report of the electrician, video of the room at night",
            due=date(2027, 4, 30),
            euros=5_200,
        ),
        Stage(
            title="Water runs and the room is furnished",
            arabic="الماء يجري والغرفة مجهزة",
            proof="Water test and inventory signed by the county nurse",
            due=date(2027, 6, 30),
            euros=4_600,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The midwife is moved and nobody follows her.",
            "The county has promised in writing to keep the post filled; it has broken such"
            " promises before.",
        ),
        Danger(
            "medium",
            "The battery dies after five years and nobody can pay for another.",
            "Each family pays twenty shillings a month into a box kept by three people.",
        ),
        Danger(
            "low",
            "Panels are stolen.",
            "They are riveted, and the watchman of the school next door looks after both.",
        ),
    ),
    team=(
        Teammate("Akiru Mfano", "Midwife", 2017),
        Teammate("Ekal Mfano", "Chair of the committee", 2020),
    ),
    findings=findings(
        date(2026, 8, 27),
        by=OFFICE,
        signers="three members of the committee",
        register="Letter DEMO-0002 of the county department of health",
        visit="One day at the post on 20 August, the room seen after dark",
        quotes="Two written offers for each item above 1,000 euros",
    ),
    not_checked="Nobody checked how many births the post will really have, or the county's budget"
    " for next year.",
    raising=Raise(
        opens=date(2026, 10, 18),
        closes=date(2026, 12, 17),
        owner=500,
        gifts=(150, 30, 400, 250, 120),
    ),
)

PROJECTS = (DRYERS, MATERNITY)
