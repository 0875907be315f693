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

OFFICE = "Vetting officer, Senegal Diaspora Agency (demo)"

COFFEE = Undertaking(
    slug="coffee-washing-station-benguet",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="halimbawa-growers", name="Halimbawa Highland Growers", kind="msme"),
    kind="msme",
    sector="agriculture",
    country="PHL",
    place="Halimbawa, Benguet",
    scene="coffee",
    beneficiaries=67,
    english=Words(
        title="A washing station for the coffee of Halimbawa",
        summary="67 families sell washed coffee by grade instead of wet cherries by the sack.",
        story="The families of Halimbawa grow arabica under pine trees, half a hectare each. They"
        " sell it as wet cherries on the day it is picked, because it spoils by the"
        " evening.\n\n"
        "A niece who roasts coffee in Vancouver bought fifty kilograms that she had washed"
        " herself, by hand, in the yard. She paid four times the price and asked for two"
        " tonnes.\n\n"
        "A pulper, two washing channels, forty drying beds and a moisture meter belong together"
        " under one roof by the spring.",
        change="67 families sell about six tonnes of washed coffee a season.\n\n"
        "A kilogram of cherries earns 0.95 euros instead of 0.40.\n\n"
        "The water is used three times and leaves through a bed of reeds.",
    ),
    arabic=Words(
        title="محطة غسيل لقهوة هاليمباوا",
        summary="تبيع 67 عائلة قهوة مغسولة بحسب الجودة بدلًا من ثمار رطبة بالكيس.",
        story="تزرع عائلات هاليمباوا الأرابيكا تحت أشجار الصنوبر، نصف هكتار لكل منها. وتبيعها"
        " ثمارًا رطبة يوم قطفها لأنها تفسد عند المساء.\n\n"
        "اشترت ابنة أخ تحمّص القهوة في فانكوفر خمسين كيلوغرامًا غسلتها بنفسها باليد في الساحة."
        " دفعت أربعة أضعاف السعر وطلبت طنين.\n\n"
        "آلة تقشير وقناتا غسيل وأربعون سرير تجفيف ومقياس رطوبة مكانها معًا تحت سقف واحد بجوار"
        " النبع.",
        change="تبيع 67 عائلة نحو ستة أطنان من القهوة المغسولة في الموسم.\n\n"
        "يدرّ كيلوغرام الثمار 0.95 يورو بدلًا من 0.40.\n\n"
        "يُستعمل الماء ثلاث مرات ويخرج عبر حوض من القصب.",
    ),
    budget=(
        Line("Pulper with motor", "آلة تقشير بمحرك", 2_300),
        Line("Washing channels and roof", "قنوات غسيل وسقف", 4_100),
        Line("Forty drying beds", "أربعون سرير تجفيف", 1_900),
        Line("Moisture meter, scales and sacks", "مقياس رطوبة وموازين وأكياس", 900),
        Line("Reed bed for the waste water", "حوض قصب لمياه الغسيل", 1_100),
    ),
    stages=(
        Stage(
            title="Station built",
            arabic="بناء المحطة",
            proof="Photographs, acceptance by the growers' meeting",
            due=date(2027, 9, 30),
            euros=8_200,
        ),
        Stage(
            title="First season sold",
            arabic="بيع أول موسم",
            proof="Sales book, water test below the reed bed",
            due=date(2028, 3, 31),
            euros=2_100,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "A typhoon during the harvest, as in 2024.",
            "The beds are taken in within an hour; the roof is built for wind of 180 km/h.",
        ),
        Danger(
            "medium",
            "The price of coffee falls.",
            "The price agreed with Vancouver is fixed for one season only.",
        ),
        Danger(
            "low",
            "Families go on selling cherries to the trader.",
            "43 of the 67 have signed that they deliver to the station.",
        ),
    ),
    team=(
        Teammate("Lourdes Halimbawa", "Chair of the growers", 2017),
        Teammate("Benny Halimbawa", "Keeps the station", 2026),
        Teammate("Tala Halimbawa", "Roaster in Vancouver, buys", 2023),
    ),
    findings=findings(
        date(2026, 9, 11),
        by=OFFICE,
        signers="chair and treasurer",
        register="Certificate DEMO-0011 of the cooperative authority",
        visit="One day in Halimbawa on 4 September, by a partner office",
        quotes="Two offers for the pulper, two for the roof",
    ),
    not_checked="Nobody tasted the coffee, or asked the buyer in Vancouver for her books.",
    raising=Raise(
        opens=date(2026, 10, 14),
        closes=date(2026, 12, 13),
        owner=1_300,
        gifts=(200, 600, 150, 1_000, 250, 2_000),
    ),
)

BUS = Undertaking(
    slug="a-bus-to-school-iloilo",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="halimbawa-parents", name="Halimbawa Parents Association", kind="ngo"),
    kind="social",
    sector="transport",
    country="PHL",
    place="Halimbawa, Iloilo",
    scene="bus",
    beneficiaries=96,
    english=Words(
        title="A small bus to school for the hill villages of Halimbawa",
        summary="96 children from three villages ride to school instead of walking two hours along"
        " the river.",
        story="The secondary school is nine kilometres from the hill villages of Halimbawa. When"
        " the river is high, nobody goes: last year that was 41 days.\n\n"
        "The parents rent a jeep in the rainy season, with children on the roof. The police have"
        " warned them twice, and they are right.\n\n"
        "A used bus with 30 seats and belts, repaired brakes and a year of insurance would make"
        " the round twice every morning. The town pays the driver from the second year on.",
        change="96 children arrive on every school day, counted by the driver.\n\n"
        "Days of school missed because of the river fall from 41 to fewer than five.\n\n"
        "The driver, a mother of two from the village, has work all year.",
    ),
    arabic=Words(
        title="حافلة صغيرة إلى المدرسة لقرى تلال هاليمباوا",
        summary="يركب 96 طفلًا من ثلاث قرى إلى المدرسة بدلًا من المشي ساعتين على ضفة النهر.",
        story="تبعد المدرسة الثانوية تسعة كيلومترات عن قرى تلال هاليمباوا. وحين يرتفع النهر لا يذهب"
        " أحد: كان ذلك 41 يومًا في السنة الماضية.\n\n"
        "يستأجر الأهل سيارة جيب في موسم المطر والأطفال على سطحها. حذرتهم الشرطة مرتين، وهي"
        " محقة.\n\n"
        "حافلة مستعملة بثلاثين مقعدًا وأحزمة ومكابح مصلحة وتأمين سنة ستقطع الطريق مرتين كل صباح."
        " وتدفع البلدة أجر السائقة ابتداءً من السنة الثانية.",
        change="يصل 96 طفلًا في كل يوم دراسي، بحسب عدّ السائقة.\n\n"
        "تنخفض الأيام التي يضيعها النهر من 41 إلى أقل من خمسة.\n\n"
        "للسائقة، وهي أم لطفلين من القرية، عمل طوال السنة.",
    ),
    budget=(
        Line("Used bus, 30 seats with belts", "حافلة مستعملة بثلاثين مقعدًا وأحزمة", 8_900),
        Line("Brakes, tyres and inspection", "مكابح وإطارات وفحص", 1_600),
        Line("Registration and insurance for a year", "تسجيل وتأمين لمدة سنة", 1_050),
        Line("Driver and fuel for the first year", "السائقة والوقود للسنة الأولى", 4_450),
    ),
    stages=(
        Stage(
            title="Bus bought and inspected",
            arabic="شراء الحافلة وفحصها",
            proof="Registration in the association's name, inspection report",
            due=date(2027, 5, 31),
            euros=11_550,
        ),
        Stage(
            title="One school year driven",
            arabic="سنة دراسية من القيادة",
            proof="Driver's book, signed by the head teacher each month",
            due=date(2028, 3, 31),
            euros=4_450,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The town does not pay the driver from the second year on.",
            "It has decided so, but a decision can be changed. Parents would then pay.",
        ),
        Danger(
            "medium",
            "A used bus breaks down.",
            "A mechanic chosen by the agency looks at it before it is bought.",
        ),
        Danger(
            "low",
            "The road is washed away.",
            "Then the bus waits at the ford, and so do the children.",
        ),
    ),
    team=(
        Teammate("Divina Halimbawa", "President of the parents", 2021),
        Teammate("Rosario Halimbawa", "Driver", 2026),
    ),
    findings=findings(
        date(2026, 9, 28),
        by=OFFICE,
        signers="president and treasurer of the parents",
        register="Certificate DEMO-0012 of the securities commission",
        visit="A video call of forty minutes and a ride in the jeep, filmed, 24 September",
        quotes="Three buses offered, prices compared with two dealers",
    ),
    not_checked="Nobody has chosen the bus yet, so its engine was not checked.",
    raising=Raise(
        opens=date(2026, 11, 14),
        closes=date(2027, 1, 13),
        owner=900,
        gifts=(60, 250, 150, 1_200),
    ),
)

PROJECTS = (COFFEE, BUS)
