//! The labelled texts of the guard's benchmark: denial notes from templates, every identifier invented. Seeded, so always the same.

use std::ops::Range;

/// A text with its identifiers: kind and code points.
pub struct Text {
    pub text: String,
    pub parts: Vec<(&'static str, Range<usize>)>,
}

/// Makes texts.
pub struct Generator {
    state: u64,
}

/// `{KIND}` is an identifier of that kind and marked; `{small}` is filled with a code, drug, payer or condition and not marked.
const LABELLED: &[(&str, &[&str])] = &[
    (
        "NAME",
        &[
            "Patient {NAME} was denied {drug} by {payer}.",
            "Appeal on behalf of {NAME}: {carc}, {cpt}.",
            "{NAME}, DOB {DATE}, denied as not medically necessary.",
            "Dear Mr. {NAME}, we reviewed the claim again.",
            "We spoke with {NAME} about the {payer} denial.",
            "The claimant {NAME} needs {drug} for {condition}.",
            "Her husband {NAME} called about {carc}.",
            "Name: {NAME}; {cpt} denied with {rarc}.",
            "Please overturn the denial for {NAME} under {policy}.",
            "Dr. {NAME} ordered {cpt} for {condition}.",
        ],
    ),
    (
        "GEOGRAPHY",
        &[
            "Patient from {GEOGRAPHY} was denied {drug}.",
            "She lives in {GEOGRAPHY} and drives to dialysis.",
            "Seen at {FACILITY} for {condition}, {carc}.",
            "Transferred to {FACILITY}; {payer} denied the stay.",
            "Home address {STREET}, denied as out of network.",
            "The member's ZIP code is {ZIP}.",
            "He resides in {COUNTY}.",
            "Admitted to {FACILITY} with {condition}.",
            "Mailing address: {STREET}, {GEOGRAPHY}, TX {ZIP}.",
        ],
    ),
    (
        "DATE",
        &[
            "Admitted {DATE} with {condition}; {carc}.",
            "Date of service {DATE}, {cpt} denied.",
            "DOB {DATE}, {payer} denied {drug}.",
            "Surgery on {DATE} was not authorized.",
            "Seen {DATE} for {condition}.",
            "She was discharged {DATE} to rehab.",
            "Symptoms since {DATE}, MRI denied.",
            "Patient died {DATE} before the appeal.",
        ],
    ),
    (
        "AGE_OVER_89",
        &[
            "A {AGE}-year-old woman with {condition} was denied {drug}.",
            "Member, age {AGE}, {carc}.",
            "Pt is {AGE} yo, {cpt} denied.",
            "The patient, aged {AGE}, needs rehab.",
            "{AGE} y/o male, {payer} denied the stay.",
        ],
    ),
    (
        "PHONE",
        &[
            "Call the patient at {PHONE}.",
            "Phone: {PHONE}, {carc}.",
            "Her cell is {PHONE}; {payer} denied {drug}.",
            "Contact the member's son, tel. {PHONE}.",
            "Patient can be reached at {PHONE} after noon.",
        ],
    ),
    (
        "FAX",
        &[
            "Fax the patient's copy to {FAX}.",
            "Fax: {FAX}, attention caregiver.",
            "The member's fax number is {FAX}.",
            "Records faxed to {FAX} by the family.",
        ],
    ),
    (
        "EMAIL",
        &[
            "The patient wrote from {EMAIL} about {carc}.",
            "E-mail: {EMAIL}.",
            "Send the decision to {EMAIL}, {payer} denial.",
            "Her address {EMAIL} bounced.",
        ],
    ),
    (
        "SSN",
        &[
            "SSN {SSN} does not match.",
            "Social security number: {SSN}, eligibility not found.",
            "The intake form shows {SSN}.",
            "Subscriber ({SSN}) was terminated.",
        ],
    ),
    (
        "MRN",
        &[
            "MRN {MRN}, {cpt} denied.",
            "Medical record number is {MRN}.",
            "Chart # {MRN} lacks documentation.",
            "MRN: {MRN}; {carc}.",
            "Encounter number {MRN} has no order.",
        ],
    ),
    (
        "HEALTH_PLAN_ID",
        &[
            "Member ID {PLAN} was not active.",
            "{payer} ID {PLAN}, {carc}.",
            "Subscriber number {PLAN} denied {drug}.",
            "MBI {MBI} is entitled to Part A only.",
            "Medicaid # {PLAN}.",
            "Policy no. {PLAN}; {cpt} denied.",
            "Beneficiary {MBI} appealed.",
        ],
    ),
    (
        "ACCOUNT",
        &[
            "Account number {ACCOUNT}, {carc}.",
            "Acct# {ACCOUNT} balance due.",
            "Paid with card {CARD}.",
            "Billing account {ACCOUNT} was charged.",
            "Bank account no. {ACCOUNT}.",
        ],
    ),
    (
        "LICENSE",
        &[
            "Driver's license {LICENSE} on file.",
            "License number {LICENSE}, {carc}.",
            "Certificate no. {LICENSE} of the caregiver.",
            "DEA {DEA} on the prescription.",
        ],
    ),
    (
        "VEHICLE",
        &[
            "Driver of plate {PLATE}, {carc}.",
            "VIN {VIN} in the accident report.",
            "License plate {PLATE} was noted.",
            "The vehicle ({VIN}) was insured elsewhere.",
        ],
    ),
    (
        "DEVICE",
        &[
            "Pacemaker serial number {SERIAL}, {cpt} denied.",
            "Device serial {SERIAL} stopped.",
            "Pump S/N {SERIAL} out of warranty.",
            "CPAP serial no. {SERIAL}, low adherence.",
        ],
    ),
    (
        "URL",
        &[
            "Results at {URL}.",
            "See the patient's page {URL} for photos.",
            "Monitor data: {URL}, {carc}.",
            "The member posted the denial on {URL}.",
        ],
    ),
    (
        "IP",
        &[
            "Portal login from {IP}.",
            "IP address {IP}, consent signed.",
            "Device last reachable at {IP}.",
            "Session {IP} of the patient.",
        ],
    ),
    (
        "BIOMETRIC",
        &[
            "A {BIOMETRIC} template is on file.",
            "{BIOMETRIC} matched at registration.",
            "The {BIOMETRIC} stored with the consent.",
            "Enrolled by {BIOMETRIC} scan on file.",
        ],
    ),
    (
        "PHOTO",
        &[
            "A full-face {PHOTO} of the patient is attached.",
            "Facial {PHOTO} on file shows the patient.",
            "See {IMAGE} in the packet.",
            "The patient's {PHOTO} was uploaded.",
        ],
    ),
    (
        "OTHER_UNIQUE_ID",
        &[
            "Claim number {OTHER} was untimely.",
            "Study subject ID {OTHER}, {drug} denied.",
            "Authorization number {OTHER} expired.",
            "Case # {OTHER}, {carc}.",
            "CNP {CNP} on the translated report.",
        ],
    ),
];

const CLEAN: &[&str] = &[
    "{cpt} denied {carc} with {rarc}; appeal within {days} days.",
    "{drug} denied per {payer} {policy} as experimental.",
    "Service not covered: {carc}, {rarc}.",
    "{payer} requires step therapy before {drug} for {condition}.",
    "LCD L{lcd} revised 10/01/{year} applies to {cpt}.",
    "Policy section 4.{digit} dated 01/15/{year} excludes {cpt}.",
    "Effective {year}-01-01 {cpt} requires prior authorization.",
    "Patient with {condition} failed conservative therapy for {digit} weeks.",
    "A {age}-year-old with {condition} was denied {drug}.",
    "Call Member Services at 1-800-{line} about {carc}.",
    "Fax appeals to 1-888-{line} within {days} days.",
    "NPI {npi} is not enrolled with {payer}.",
    "Timely filing limit of {days} days exceeded, {carc}.",
    "{icd} does not support {cpt} under NCD 220.{digit}.",
    "Duplicate of claim line {digit}, CO-18.",
    "Documentation must show {condition} for {digit} months.",
    "The plan year runs from 01/01/{year} through 12/31/{year}.",
    "Peer-to-peer was offered; {payer} upheld {carc}.",
    "Units exceed the MUE for {cpt}; {rarc}.",
    "See https://www.cms.gov/medicare-coverage-database for L{lcd}.",
    "{drug} {digit} mg, 30 tablets per 30 days, quantity limit.",
    "Bundled per NCCI: {cpt} with {cpt}, modifier 59.",
    "{condition} was staged by the Ann Arbor system; {drug} requested.",
    "Revenue code 0{digit}60 with {cpt}, type of bill 131.",
    "Medicare Advantage through {payer}; {rarc}.",
];

const FIRST: &[&str] = &[
    "Maria",
    "James",
    "Priya",
    "Oluwaseun",
    "Thanh",
    "Deborah",
    "Marcus",
    "Xiomara",
    "Wei",
    "Fatima",
    "Siobhan",
    "Dmitri",
    "Keisha",
    "Lakshmi",
    "Tyrone",
    "Ingrid",
    "Hiroshi",
    "Amara",
    "Carlos",
    "Ioana",
    "Ethel",
    "Grace",
    "Hunter",
    "Rosa",
    "Mohammed",
    "Yuki",
    "Anneliese",
    "Santiago",
    "Bronwyn",
    "Kwame",
    "Zainab",
    "Petra",
    "Linda",
    "Robert",
    "Shanice",
    "Viktor",
    "Noor",
    "Giulia",
    "Tomas",
    "Willa",
];
const LAST: &[&str] = &[
    "Gonzalez",
    "Smith",
    "Raman",
    "Adeyemi",
    "Nguyen",
    "Kowalczyk",
    "Ellison",
    "Quispe",
    "Zhang",
    "Al-Sayed",
    "O'Connor",
    "Volkov",
    "Washington",
    "Subramanian",
    "Jackson",
    "Lindqvist",
    "Nakamura",
    "Okafor",
    "Delgado-Ruiz",
    "Popescu",
    "Brown",
    "Kim",
    "Whitfield",
    "Young",
    "Haddad",
    "Tanaka",
    "Hofstetter",
    "de la Cruz",
    "Pritchard",
    "Mensah",
    "Rahimi",
    "Novotny",
    "Baker",
    "Thibodeaux",
    "Wilson",
];
const SYLLABLES: &[&str] = &[
    "ba", "ren", "dol", "ski", "var", "to", "mi", "chel", "han", "ov", "ul", "ga", "tri", "esk", "mar", "lin", "dre",
    "vo", "kan", "sper",
];
const TOWNS: &[&str] = &[
    "Fresno",
    "Visalia",
    "Bakersfield",
    "Tulsa",
    "Salt Lake City",
    "San Jose",
    "Baton Rouge",
    "Worcester",
    "Spokane",
    "Sioux Falls",
    "Des Moines",
    "Albuquerque",
    "Chattanooga",
    "El Paso",
    "Daly City",
];
const FACILITIES: &[&str] = &[
    "Mercy General",
    "Riverside Community Hospital",
    "St. Luke's",
    "Cedars-Sinai Medical Center",
    "Providence Portland",
    "Sutter Davis Hospital",
    "Houston Methodist",
    "Lakeview Regional Medical Center",
    "Good Samaritan Hospital",
    "Valley Children's Hospital",
    "Baptist Memorial",
    "Sacred Heart Clinic",
];
const COUNTIES: &[&str] = &[
    "Tulare County",
    "Cook County",
    "St. Tammany Parish",
    "Los Angeles County",
    "Maricopa County",
];
const STREETS: &[&str] = &[
    "Old Kettle Rd",
    "Maple Street",
    "Oak Hollow Ln",
    "West 5th Ave",
    "Martin Luther King Blvd",
    "Sunset Drive",
    "County Line Road",
];
const DRUGS: &[&str] = &[
    "Humira",
    "Botox",
    "adalimumab",
    "infliximab",
    "Ozempic",
    "Dupixent",
    "rituximab",
    "Stelara",
    "semaglutide",
    "IVIG",
    "Xolair",
    "Keytruda",
];
const PAYERS: &[&str] = &[
    "Aetna",
    "Cigna",
    "Humana",
    "UnitedHealthcare",
    "Blue Cross Blue Shield of Texas",
    "Kaiser Permanente",
    "Anthem",
    "Molina Healthcare",
    "Centene",
    "Health Net",
];
const CONDITIONS: &[&str] = &[
    "Crohn's disease",
    "Parkinson disease",
    "rheumatoid arthritis",
    "chronic migraine",
    "Hodgkin lymphoma",
    "lumbar stenosis",
    "heart failure",
    "psoriasis",
    "sleep apnea",
    "Bell's palsy",
    "type 2 diabetes",
];
const POLICIES: &[&str] = &[
    "CPB 0113",
    "policy 7.01.104",
    "Clinical Policy Bulletin 0236",
    "medical policy MP-1.23",
    "MCG 27th edition",
];

impl Generator {
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// `count` texts of each kind.
    pub fn labelled(&mut self, count: usize) -> Vec<Text> {
        LABELLED
            .iter()
            .flat_map(|(_, templates)| {
                (0..count)
                    .map(|_| {
                        let template = self.pick(templates);
                        self.fill(template)
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// `count` texts without identifiers.
    pub fn clean(&mut self, count: usize) -> Vec<Text> {
        (0..count)
            .map(|_| {
                let template = self.pick(CLEAN);
                self.fill(template)
            })
            .collect()
    }

    /// Notes of ten sentences, about 530 bytes, a seventh of the sentences with identifiers.
    pub fn mixture(&mut self, count: usize) -> Vec<Text> {
        self.notes(count, |generator| generator.below(7) == 0)
    }

    /// Such notes without any identifier.
    pub fn clean_notes(&mut self, count: usize) -> Vec<Text> {
        self.notes(count, |_| false)
    }

    fn notes(&mut self, count: usize, identifies: impl Fn(&mut Self) -> bool) -> Vec<Text> {
        let mut sentence = |_| {
            let templates = if identifies(self) {
                LABELLED[self.below(LABELLED.len())].1
            } else {
                CLEAN
            };
            let template = self.pick(templates);
            self.fill(template).text
        };
        let mut note = || (0..10).map(&mut sentence).collect::<Vec<_>>().join(" ");
        { 0..count }
            .map(|_| Text {
                text: note(),
                parts: Vec::new(),
            })
            .collect()
    }

    /// splitmix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn fill(&mut self, template: &str) -> Text {
        let (mut text, mut parts, mut rest) = (String::new(), Vec::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            let start = text.chars().count();
            let (kind, value) = self.value(slot);
            text.push_str(&value);
            parts.extend(kind.map(|kind| (kind, start..text.chars().count())));
            rest = after;
        }
        text.push_str(rest);
        Text { text, parts }
    }

    fn value(&mut self, slot: &str) -> (Option<&'static str>, String) {
        let marked = |kind, value| (Some(kind), value);
        match slot {
            "NAME" => marked("NAME", self.name()),
            "GEOGRAPHY" => marked("GEOGRAPHY", self.pick(TOWNS).to_owned()),
            "FACILITY" => marked("GEOGRAPHY", self.pick(FACILITIES).to_owned()),
            "COUNTY" => marked("GEOGRAPHY", self.pick(COUNTIES).to_owned()),
            "STREET" => marked("GEOGRAPHY", format!("{} {}", self.below(9000) + 10, self.pick(STREETS))),
            "ZIP" => marked("GEOGRAPHY", self.digits(5)),
            "DATE" => marked("DATE", self.date()),
            "AGE" => marked("AGE_OVER_89", (90 + self.below(15)).to_string()),
            "PHONE" => marked("PHONE", self.phone()),
            "FAX" => marked("FAX", self.phone()),
            "EMAIL" => marked("EMAIL", self.email()),
            "SSN" => marked("SSN", self.ssn()),
            "MRN" => marked(
                "MRN",
                self.code(&["########", "#######", "##-####-#", "A#######", "E-####-####"]),
            ),
            "PLAN" => marked(
                "HEALTH_PLAN_ID",
                self.code(&["AAA#########", "A#########", "#########", "AAA-##-#####", "########A"]),
            ),
            "MBI" => marked("HEALTH_PLAN_ID", self.code(&["#EG#TE#MK##", "#EG#-TE#-MK##"])),
            "ACCOUNT" => marked("ACCOUNT", self.code(&["##########", "#######", "####-#####"])),
            "CARD" => marked("ACCOUNT", self.card()),
            "LICENSE" => marked(
                "LICENSE",
                self.code(&["A#######", "##-######", "AA######", "#########"]),
            ),
            "DEA" => marked("LICENSE", self.dea()),
            "PLATE" => marked("VEHICLE", self.code(&["#AAA###", "AAA####", "AAA-####"])),
            "VIN" => marked("VEHICLE", self.vin()),
            "SERIAL" => marked(
                "DEVICE",
                self.code(&["AA######", "AAA-######", "###########", "SN-AA#-######A"]),
            ),
            "URL" => marked("URL", self.url()),
            "IP" => marked(
                "IP",
                (0..4)
                    .map(|_| (1 + self.below(250)).to_string())
                    .collect::<Vec<_>>()
                    .join("."),
            ),
            "BIOMETRIC" => marked(
                "BIOMETRIC",
                self.pick(&["fingerprint", "voiceprint", "iris scan", "palm print", "retina scan"])
                    .to_owned(),
            ),
            "PHOTO" => marked(
                "PHOTO",
                self.pick(&["photo", "photograph", "image", "picture"]).to_owned(),
            ),
            "IMAGE" => marked("PHOTO", self.code(&["IMG_####.jpg", "face_##.png", "DSC####.jpeg"])),
            "OTHER" => marked(
                "OTHER_UNIQUE_ID",
                self.code(&["##########", "AAA-####", "A###########", "########-###"]),
            ),
            "CNP" => marked("OTHER_UNIQUE_ID", self.cnp()),
            small => (None, self.filler(small)),
        }
    }

    fn filler(&mut self, slot: &str) -> String {
        match slot {
            "drug" => self.pick(DRUGS).to_owned(),
            "payer" => self.pick(PAYERS).to_owned(),
            "condition" => self.pick(CONDITIONS).to_owned(),
            "policy" => self.pick(POLICIES).to_owned(),
            "carc" => format!("{}-{}", self.pick(&["CO", "PR", "OA", "PI"]), 1 + self.below(300)),
            "rarc" => format!("{}{}", self.pick(&["N", "M", "MA"]), 1 + self.below(130)),
            "cpt" => format!("CPT {}", 10_004 + self.below(89_000)),
            "icd" => self.code(&["A##.#", "A##.##", "A##"]),
            "lcd" => (33_000 + self.below(7_000)).to_string(),
            "days" => self.pick(&["30", "60", "90", "120", "180", "365"]).to_owned(),
            "digit" => (1 + self.below(9)).to_string(),
            "year" => (2018 + self.below(8)).to_string(),
            "age" => (18 + self.below(71)).to_string(),
            "line" => self.code(&["###-####"]),
            _ => self.npi(),
        }
    }

    fn name(&mut self) -> String {
        let first = self.pick(FIRST);
        let last = if self.below(4) == 0 {
            self.invented()
        } else {
            self.pick(LAST).to_owned()
        };
        match self.below(8) {
            0 => format!("{first} {}. {last}", self.letter()),
            _ => format!("{first} {last}"),
        }
    }

    fn invented(&mut self) -> String {
        let word: String = (0..3).map(|_| self.pick(SYLLABLES)).collect();
        word[..1].to_uppercase() + &word[1..]
    }

    fn letter(&mut self) -> char {
        self.pick(b"ABCDEFGHJKLMNPRSTVW").into()
    }

    /// `A` becomes a letter where it isn't part of a word, `#` a digit.
    fn code(&mut self, forms: &[&str]) -> String {
        let form = self.pick(forms);
        form.chars()
            .map(|c| match c {
                '#' => self.pick(b"123456789").into(),
                'A' => self.letter(),
                other => other,
            })
            .collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.code(&["#".repeat(count).as_str()])
    }

    fn date(&mut self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let (year, month, day) = (1935 + self.below(90), 1 + self.below(12), 1 + self.below(28));
        let name = MONTHS[month - 1];
        match self.below(7) {
            0 => format!("{month:02}/{day:02}/{year}"),
            1 => format!("{month}/{day}/{:02}", year % 100),
            2 => format!("{year}-{month:02}-{day:02}"),
            3 => format!("{name} {day}, {year}"),
            4 => format!("{day} {name} {year}"),
            5 => format!("{} {day}", &name[..3]),
            _ => format!("{day:02}-{}-{year}", &name[..3]),
        }
    }

    fn phone(&mut self) -> String {
        let (area, exchange, line) = (200 + self.below(580), 200 + self.below(799), self.digits(4));
        match self.below(5) {
            0 => format!("({area}) {exchange}-{line}"),
            1 => format!("{area}-{exchange}-{line}"),
            2 => format!("{area}.{exchange}.{line}"),
            3 => format!("+1 {area} {exchange} {line}"),
            _ => format!("{area}{exchange}{line}"),
        }
    }

    fn email(&mut self) -> String {
        let (first, last) = (self.pick(FIRST).to_lowercase(), self.invented().to_lowercase());
        let host = self.pick(&[
            "example.org",
            "mail.example.com",
            "zephyrmail.example",
            "inbox.example.net",
        ]);
        match self.below(3) {
            0 => format!("{first}.{last}@{host}"),
            1 => format!("{first}{}@{host}", self.digits(2)),
            _ => format!("{last}_{first}+med@{host}"),
        }
    }

    fn ssn(&mut self) -> String {
        let (area, group, serial) = (100 + self.below(560), 10 + self.below(89), 1000 + self.below(8999));
        let separator = self.pick(&["-", " ", "."]);
        format!("{area}{separator}{group}{separator}{serial}")
    }

    fn card(&mut self) -> String {
        let body = format!("4{}", self.digits(14));
        let check = (0..10).find(|check| luhn(&format!("{body}{check}"))).unwrap_or(0);
        let number = format!("{body}{check}");
        format!(
            "{} {} {} {}",
            &number[..4],
            &number[4..8],
            &number[8..12],
            &number[12..]
        )
    }

    fn npi(&mut self) -> String {
        let body = format!("1{}", self.digits(8));
        let check = (0..10).find(|check| luhn(&format!("80840{body}{check}"))).unwrap_or(0);
        format!("{body}{check}")
    }

    fn dea(&mut self) -> String {
        let number = self.digits(6);
        let place = |index: usize| u32::from(number.as_bytes()[index] - b'0');
        let check = (place(0) + place(2) + place(4) + 2 * (place(1) + place(3) + place(5))) % 10;
        format!("B{}{number}{check}", self.letter())
    }

    fn vin(&mut self) -> String {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let mut vin: Vec<u8> = self.code(&["1HGCM826#A######"]).into_bytes();
        vin.insert(8, b'0');
        let value = |byte: u8| match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'H' => u32::from(byte - b'A') + 1,
            b'J'..=b'N' => u32::from(byte - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            _ => u32::from(byte.saturating_sub(b'S')) + 2,
        };
        let sum: u32 = vin
            .iter()
            .zip(WEIGHTS)
            .map(|(byte, weight)| value(*byte) * weight)
            .sum();
        vin[8] = if sum % 11 == 10 {
            b'X'
        } else {
            b'0' + u8::try_from(sum % 11).unwrap_or(0)
        };
        String::from_utf8(vin).unwrap_or_default()
    }

    fn url(&mut self) -> String {
        let (person, number) = (self.invented().to_lowercase(), self.digits(6));
        match self.below(3) {
            0 => format!("https://portal.corvidhealth.example/patient/{number}"),
            1 => format!("www.{person}-family.com/health"),
            _ => format!("http://{person}.example.net/u/{number}"),
        }
    }

    fn cnp(&mut self) -> String {
        let body = format!(
            "{}{:02}{:02}{:02}{:02}{:03}",
            1 + self.below(2),
            40 + self.below(59),
            1 + self.below(12),
            1 + self.below(28),
            1 + self.below(46),
            1 + self.below(998)
        );
        let weights = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];
        let sum: u32 = body
            .bytes()
            .zip(weights)
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        format!("{body}{}", if sum % 11 == 10 { 1 } else { sum % 11 })
    }
}

fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}
