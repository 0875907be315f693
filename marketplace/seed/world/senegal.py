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

PIROGUES = Undertaking(
    slug="safer-pirogues-saint-louis",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="misaal-fishers", name="GIE Misaal Fishers", kind="msme"),
    kind="msme",
    sector="fisheries",
    country="SEN",
    place="Misaal, Saint-Louis",
    scene="fishing_boat",
    beneficiaries=84,
    english=Words(
        title="Radios, life vests and ice for the pirogues of Misaal",
        summary="Twelve boats get radios, vests and insulated boxes: the crews come home, and the"
        " fish comes home fresh.",
        story="Twelve pirogues of Misaal go out for two nights at a time. In 2024 one of them did"
        " not come back; its engine had failed nine miles from the coast and nobody knew.\n\n"
        "Without ice, a third of the catch is sold on the beach as bait. The crews know what it"
        " would bring in town.\n\n"
        "The group has saved for an ice machine and bought it, used, in 2025. Radios, vests,"
        " lights and insulated boxes for twelve boats are the rest.",
        change="Every boat can call for help, and 84 fishers wear a vest.\n\n"
        "The part of the catch that is sold fresh rises from two thirds to nine tenths.\n\n"
        "Each crew member earns about 55 euros more a month.",
    ),
    arabic=Words(
        title="أجهزة لاسلكي وسترات نجاة وثلج لقوارب ميسال",
        summary="يحصل اثنا عشر قاربًا على لاسلكي وسترات وصناديق عازلة: يعود الطاقم، ويعود السمك"
        " طازجًا.",
        story="يخرج اثنا عشر قاربًا من ميسال ليلتين في كل مرة. في 2024 لم يعد أحدها؛ تعطل محركه"
        " على بعد تسعة أميال من الساحل ولم يعلم أحد.\n\n"
        "من دون ثلج يُباع ثلث الصيد على الشاطئ طُعمًا. والأطقم تعرف كم يساوي في المدينة.\n\n"
        "ادخرت المجموعة ثمن آلة ثلج واشترتها مستعملة في 2025. بقي اللاسلكي والسترات والمصابيح"
        " والصناديق العازلة لاثني عشر قاربًا.",
        change="يستطيع كل قارب طلب النجدة، ويرتدي 84 صيادًا سترات نجاة.\n\n"
        "يرتفع ما يُباع طازجًا من ثلثي الصيد إلى تسعة أعشاره.\n\n"
        "يكسب كل فرد من الطاقم نحو 55 يورو إضافية في الشهر.",
    ),
    budget=(
        Line("Twelve radios with masts", "اثنا عشر جهاز لاسلكي مع صوارٍ", 3_600),
        Line("84 life vests and 24 lights", "84 سترة نجاة و24 مصباحًا", 2_940),
        Line("24 insulated boxes", "24 صندوقًا عازلًا", 3_360),
        Line("Two days of training in the harbour", "يومان من التدريب في الميناء", 600),
    ),
    stages=(
        Stage(
            title="Radios, vests and training",
            arabic="اللاسلكي والسترات والتدريب",
            proof="List signed by 84 fishers, radio check with the harbour",
            due=date(2027, 5, 31),
            euros=7_140,
        ),
        Stage(
            title="Boxes in use",
            arabic="استعمال الصناديق",
            proof="Sales book of three months",
            due=date(2027, 9, 30),
            euros=3_360,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "Less fish, because large ships fish the same water.",
            "Nothing in this project changes that.",
        ),
        Danger(
            "medium",
            "Vests stay on land because they are hot.",
            "The harbour lets no boat out without them; the crews voted for it.",
        ),
        Danger(
            "low",
            "The ice machine breaks down.",
            "A mechanic of the group was trained by the seller.",
        ),
    ),
    team=(
        Teammate("Mame Fatou Misaal", "President, sells the catch", 2014),
        Teammate("Ousmane Misaal", "Captain, trains the crews", 2010),
    ),
    findings=findings(
        date(2026, 9, 7),
        by=OFFICE,
        signers="president and treasurer",
        register="Extract DEMO-0007 of the register of commerce",
        visit="Two days in the harbour, 1 and 2 September; the ice machine was running",
        quotes="Two offers for the radios, three for the vests",
    ),
    not_checked="Nobody counted the catch; the figures are the crews' own.",
    raising=Raise(
        opens=date(2026, 10, 16),
        closes=date(2026, 12, 15),
        owner=1_500,
        gifts=(60, 200, 450, 100, 300, 2_000),
    ),
)

WELL = Undertaking(
    slug="a-well-with-a-solar-pump-kaolack",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="ndiobene-misaal", name="Village Committee of Keur Misaal", kind="ngo"),
    kind="social",
    sector="water",
    country="SEN",
    place="Keur Misaal, Kaolack",
    scene="well",
    beneficiaries=1_150,
    english=Words(
        title="A deep well with a solar pump for Keur Misaal",
        summary="Clean water at three taps for 1,150 people, instead of two hours a day on the road"
        " to a salty well.",
        story="The old well of Keur Misaal has turned salty, like many in the basin. Women and"
        " girls walk to the next village and wait, two hours a day on average.\n\n"
        "A study paid by the association of people from the village in Marseille found sweet"
        " water at 78 metres. A first hole, drilled in 2024, collapsed; it had no casing.\n\n"
        "This time the committee has a contract with a firm that is paid by metre of cased"
        " well, and an engineer who signs each stage.",
        change="Three taps within 300 metres of every house, open six hours a day.\n\n"
        "1,150 people use at least 25 litres each a day, counted by a meter.\n\n"
        "Girls gain about ten hours a week.",
    ),
    arabic=Words(
        title="بئر عميقة بمضخة شمسية لقرية كور ميسال",
        summary="ماء نظيف من ثلاثة صنابير لـ 1150 شخصًا، بدلًا من ساعتين يوميًا في الطريق إلى بئر"
        " مالحة.",
        story="أصبحت بئر كور ميسال القديمة مالحة مثل آبار كثيرة في الحوض. تمشي النساء والفتيات إلى"
        " القرية المجاورة وينتظرن، ساعتين في اليوم في المتوسط.\n\n"
        "وجدت دراسة دفعت ثمنها جمعية أبناء القرية في مرسيليا ماءً عذبًا على عمق 78 مترًا. انهارت"
        " حفرة أولى في 2024 لأنها كانت بلا تبطين.\n\n"
        "هذه المرة لدى اللجنة عقد مع شركة تتقاضى أجرها عن كل متر مبطّن، ومهندس يوقع كل مرحلة.",
        change="ثلاثة صنابير على بعد أقل من 300 متر من كل بيت، مفتوحة ست ساعات في اليوم.\n\n"
        "يستعمل 1150 شخصًا 25 لترًا على الأقل لكل منهم يوميًا، بحسب العداد.\n\n"
        "تكسب الفتيات نحو عشر ساعات في الأسبوع.",
    ),
    budget=(
        Line("Drilling and casing, 80 metres", "حفر وتبطين 80 مترًا", 11_200),
        Line("Pump, panels and control", "مضخة وألواح ووحدة تحكم", 5_400),
        Line("Tank on a tower, pipes, three taps", "خزان على برج وأنابيب وثلاثة صنابير", 6_100),
        Line("Engineer and water tests", "مهندس وفحوص المياه", 1_300),
    ),
    stages=(
        Stage(
            title="Well drilled and cased, water tested",
            arabic="حفر البئر وتبطينها وفحص الماء",
            proof="Drilling log and laboratory report",
            due=date(2027, 5, 15),
            euros=12_500,
        ),
        Stage(
            title="Pump and tower",
            arabic="المضخة والبرج",
            proof="Acceptance by the engineer",
            due=date(2027, 8, 15),
            euros=8_500,
        ),
        Stage(
            title="Three months of running taps",
            arabic="ثلاثة أشهر من تشغيل الصنابير",
            proof="Readings of the meter",
            due=date(2027, 12, 15),
            euros=3_000,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The water at 78 metres turns salty as well.",
            "The water is tested before the second stage is paid; if it is bad, the rest is"
            " returned.",
        ),
        Danger(
            "medium",
            "The pump breaks and nobody repairs it.",
            "Each family pays 300 francs a month; two people were trained by the seller.",
        ),
        Danger(
            "low",
            "Quarrels over who may draw water when.",
            "Hours and turns were agreed by the whole village and hang at the mosque.",
        ),
    ),
    team=(
        Teammate("Awa Misaal", "Chair of the water committee", 2022),
        Teammate("Modou Misaal", "Treasurer", 2022),
        Teammate("Cheikh Misaal", "Association in Marseille", 2019),
    ),
    findings=findings(
        date(2026, 9, 18),
        by=OFFICE,
        signers="four members of the committee",
        register="Receipt DEMO-0008 of the prefecture",
        visit="One day in Keur Misaal on 12 September, the collapsed hole seen",
        quotes="Three drilling firms asked, two answered",
    ),
    not_checked="Nobody drilled a test hole; the depth comes from one study.",
    raising=Raise(
        opens=date(2026, 10, 23),
        closes=date(2026, 12, 22),
        owner=2_400,
        gifts=(250, 100, 1_000, 60, 500),
    ),
)

PROJECTS = (PIROGUES, WELL)
