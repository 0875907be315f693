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

AMBULANCES = Undertaking(
    slug="bicycle-ambulances-workshop-ashanti",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="nhwesoo-works", name="Nhwesoo Works", kind="msme"),
    kind="msme",
    sector="manufacturing",
    country="GHA",
    place="Nhwesoso, Ashanti Region",
    scene="workshop",
    beneficiaries=31,
    english=Words(
        title="A workshop that builds bicycle ambulances in Ashanti",
        summary="A pipe bender and a proper welding bench turn a roadside repair shop into a maker"
        " of trailers for health posts and farmers.",
        story="Kwame repairs bicycles by the road to Kumasi. In 2024 a nurse asked him for a"
        " trailer to bring women in labour to the health post. He built one out of a bed frame, and"
        " then eleven more.\n\n"
        "Three districts have asked for forty. He bends each pipe by hand over a tree stump,"
        " which takes a day and breaks one pipe in four.\n\n"
        "A hydraulic bender, two welding benches, a spray booth and a year's rent for a roofed"
        " yard would let him take on five apprentices.",
        change="Six trailers a month instead of one.\n\n"
        "Five apprentices learn for two years and are paid from the first month.\n\n"
        "Thirty-one health posts have a trailer by the end of 2028.",
    ),
    arabic=Words(
        title="ورشة تصنع دراجات إسعاف في أشانتي",
        summary="آلة لثني الأنابيب وطاولة لحام جيدة تحوّلان ورشة تصليح على الطريق إلى مصنع مقطورات"
        " للمراكز الصحية والمزارعين.",
        story="يصلح كوامي الدراجات على طريق كوماسي. في 2024 طلبت منه ممرضة مقطورة تنقل النساء عند"
        " المخاض إلى المركز الصحي. صنع واحدة من هيكل سرير، ثم إحدى عشرة أخرى.\n\n"
        "طلبت ثلاث مناطق أربعين. يثني كل أنبوب بيده على جذع شجرة، ويستغرق ذلك يومًا وينكسر واحد من"
        " كل أربعة.\n\n"
        "آلة ثني هيدروليكية وطاولتا لحام وحجرة رش وإيجار سنة لساحة مسقوفة ستسمح له بتدريب خمسة"
        " متدربين.",
        change="ست مقطورات في الشهر بدلًا من واحدة.\n\n"
        "يتعلم خمسة متدربين سنتين ويتقاضون أجرًا من الشهر الأول.\n\n"
        "يكون لدى واحد وثلاثين مركزًا صحيًا مقطورة بنهاية 2028.",
    ),
    budget=(
        Line("Hydraulic pipe bender", "آلة هيدروليكية لثني الأنابيب", 2_900),
        Line("Two welding benches with extraction", "طاولتا لحام مع شفط", 2_450),
        Line("Spray booth and compressor", "حجرة رش وضاغط هواء", 1_650),
        Line("Pipe and wheels for the first twelve", "أنابيب وعجلات لأول اثنتي عشرة", 1_800),
        Line("Rent of the yard for a year", "إيجار الساحة لمدة سنة", 1_200),
    ),
    stages=(
        Stage(
            title="Yard rented, machines running",
            arabic="استئجار الساحة وتشغيل الآلات",
            proof="Lease, photographs, first bent frame",
            due=date(2027, 4, 15),
            euros=6_800,
        ),
        Stage(
            title="First twelve trailers delivered",
            arabic="تسليم أول اثنتي عشرة مقطورة",
            proof="Receipts signed by twelve health posts",
            due=date(2027, 10, 15),
            euros=3_200,
        ),
    ),
    dangers=(
        Danger(
            "high",
            "The districts order and pay late, or not at all.",
            "Half of each trailer is paid when it is ordered; farmers buy the same frame.",
        ),
        Danger(
            "medium",
            "Steel becomes dearer.",
            "Offers hold for thirty days and not longer.",
        ),
        Danger(
            "low",
            "An apprentice is hurt.",
            "Goggles, gloves and an insurance for all are in the rent line.",
        ),
    ),
    team=(
        Teammate("Kwame Nhwesoo", "Owner and welder", 2018),
        Teammate("Abena Nhwesoo", "Orders and books", 2024),
    ),
    findings=findings(
        date(2026, 9, 23),
        by=OFFICE,
        signers="the owner",
        register="Entry DEMO-0009 in the register of business names",
        visit="Half a day in the workshop on 19 September, by a partner office",
        quotes="Two offers for the bender, one for the rest",
    ),
    not_checked="Nobody tested a trailer on the road with a load.",
    raising=Raise(
        opens=date(2026, 10, 28),
        closes=date(2026, 12, 27),
        owner=800,
        gifts=(120, 300, 500, 1_500, 800),
    ),
)

GREENHOUSE = Undertaking(
    slug="school-garden-under-glass-tamale",
    agency="senegal-diaspora-agency",
    owner=Owner(slug="nhwesoo-school", name="Nhwesoo Basic School", kind="ngo"),
    kind="social",
    sector="agriculture",
    country="GHA",
    place="Nhwesoso Tamale, Northern Region",
    scene="greenhouse",
    beneficiaries=420,
    english=Words(
        title="A school garden that feeds 420 pupils in the dry season",
        summary="A shaded greenhouse and drip lines grow vegetables for the school kitchen from"
        " November to April, and teach children how.",
        story="From November on nothing grows in the garden of the Nhwesoo school. The kitchen"
        " cooks maize without vegetables until the rains come in May.\n\n"
        "Two teachers built a trial bed with drip lines out of old hospital tubes. It gave 60"
        " kilograms of okra and cowpea leaves with a quarter of the water.\n\n"
        "A shaded greenhouse of 200 square metres, a tank and drip lines are planned with the"
        " agricultural college, whose students will look after them in the holidays.",
        change="Vegetables in the school meal on four days a week, all year.\n\n"
        "Each class has a bed and keeps a book of what it grew.\n\n"
        "About 1,400 kilograms in the first dry season, weighed and written down.",
    ),
    arabic=Words(
        title="حديقة مدرسية تطعم 420 تلميذًا في موسم الجفاف",
        summary="بيت زراعي مظلل وخطوط تنقيط تُنبت الخضار لمطبخ المدرسة من نوفمبر إلى أبريل، وتعلّم"
        " الأطفال كيف.",
        story="ابتداءً من نوفمبر لا ينبت شيء في حديقة مدرسة نهويسو. يطبخ المطبخ الذرة بلا خضار حتى"
        " تأتي الأمطار في مايو.\n\n"
        "بنى معلمان حوضًا تجريبيًا بخطوط تنقيط من أنابيب مستشفى قديمة. أعطى 60 كيلوغرامًا من"
        " البامية وأوراق اللوبيا بربع الماء.\n\n"
        "خُطّط لبيت مظلل مساحته 200 متر مربع وخزان وخطوط تنقيط مع الكلية الزراعية التي سيعتني"
        " طلابها بها في العطل.",
        change="خضار في وجبة المدرسة أربعة أيام في الأسبوع طوال السنة.\n\n"
        "لكل صف حوض ودفتر لما زرعه.\n\n"
        "نحو 1400 كيلوغرام في أول موسم جفاف، موزونة ومسجلة.",
    ),
    budget=(
        Line("Frame and shade cloth, 200 square metres", "هيكل وقماش تظليل 200 متر مربع", 3_100),
        Line("Tank, pump and drip lines", "خزان ومضخة وخطوط تنقيط", 1_700),
        Line("Seed, compost and tools", "بذور وسماد وأدوات", 650),
        Line("Six days of teaching by the college", "ستة أيام تعليم من الكلية", 350),
    ),
    stages=(
        Stage(
            title="Greenhouse built",
            arabic="بناء البيت الزراعي",
            proof="Photographs, acceptance by the college",
            due=date(2027, 8, 31),
            euros=4_000,
        ),
        Stage(
            title="First dry season harvested",
            arabic="حصاد أول موسم جفاف",
            proof="The class books, weighed amounts",
            due=date(2028, 4, 30),
            euros=1_800,
        ),
    ),
    dangers=(
        Danger(
            "medium",
            "The two teachers are moved to another school.",
            "Four more teachers have taken part in the trial.",
        ),
        Danger(
            "medium",
            "The borehole gives less water in March.",
            "The drip lines need a quarter of what the garden used before; more is not known.",
        ),
        Danger("low", "Goats.", "A fence is part of the frame."),
    ),
    team=(
        Teammate("Fuseina Nhwesoo", "Teacher, built the trial bed", 2020),
        Teammate("Yakubu Nhwesoo", "Teacher", 2021),
        Teammate("Mariama Nhwesoo", "Cook", 2012),
    ),
    findings=findings(
        date(2026, 9, 25),
        by=OFFICE,
        signers="head teacher and chair of the parents",
        register="School number DEMO-0010 of the education service",
        visit="A video call of an hour with a walk through the garden, 22 September",
        quotes="Two offers for the frame, one for the pump",
    ),
    not_checked="Nobody went there; the garden was seen on video only.",
    raising=Raise(
        opens=date(2026, 11, 13),
        closes=date(2027, 1, 12),
        owner=300,
        gifts=(30, 100, 250),
    ),
)

PROJECTS = (AMBULANCES, GREENHOUSE)
