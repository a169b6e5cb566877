//! The services that demonstration denials are about. Numbers of codes are facts; every word is ours.

/// What kind of service it is, which decides the denials that make sense for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Scans and tests.
    Test,
    /// Drugs given or dispensed.
    Drug,
    /// Operations and procedures.
    Surgery,
    /// Stays in hospital or facility.
    Stay,
    /// Courses of visits.
    Therapy,
    /// Equipment and supplies.
    Equipment,
    /// Visits and transports.
    Visit,
}

/// A service with the codes and words that go with it.
#[derive(Debug)]
pub(super) struct Service {
    /// As it stands within a sentence.
    pub(super) name: &'static str,
    /// As a title begins.
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    /// How often it comes up.
    pub(super) weight: usize,
    /// Registry id of the service category.
    pub(super) category: &'static str,
    pub(super) specialty: &'static str,
    /// CPT and HCPCS numbers.
    pub(super) procedures: &'static [&'static str],
    /// ICD-10-CM codes with our words for them.
    pub(super) diagnoses: &'static [(&'static str, &'static str)],
    /// What the chart says, one sentence each.
    pub(super) details: &'static [&'static str],
    /// A usual charge, in dollars.
    pub(super) charge: i32,
    /// How much easier such cases are won, in log odds.
    pub(super) strength: f64,
}

macro_rules! services {
    ($($name:literal, $title:literal, $kind:ident, $weight:literal, $category:literal, $specialty:literal, $charge:literal,
        $strength:literal, [$($procedure:literal),+], [$(($code:literal, $words:literal)),+], [$($detail:literal),+];)+) => {
        /// Every service.
        pub(super) const SERVICES: &[Service] = &[$(Service {
            name: $name, title: $title, kind: Kind::$kind, weight: $weight, category: $category, specialty: $specialty,
            procedures: &[$($procedure),+], diagnoses: &[$(($code, $words)),+], details: &[$($detail),+],
            charge: $charge, strength: $strength,
        },)+];
    };
}

services! {
    "an MRI of the lumbar spine", "MRI lumbar spine", Test, 22, "imaging", "radiology", 1900, 0.3,
        ["72148", "72149", "72158"],
        [("M54.16", "lumbar radiculopathy"), ("M54.50", "low back pain"), ("M48.061", "lumbar spinal stenosis")],
        ["Six weeks of physical therapy and anti-inflammatory medication are documented.",
         "The exam shows weakness on raising the great toe.",
         "Earlier x-rays showed narrowing at two levels.",
         "The notes describe leg pain below the knee with numbness."];
    "an MRI of the cervical spine", "MRI cervical spine", Test, 5, "imaging", "radiology", 1900, 0.2,
        ["72141", "72156"],
        [("M54.12", "cervical radiculopathy"), ("M47.812", "cervical spondylosis")],
        ["Arm weakness and loss of a reflex are in the notes.", "Conservative care lasted eight weeks."];
    "an MRI of the brain", "MRI brain", Test, 5, "imaging", "radiology", 2100, 0.1,
        ["70551", "70553"],
        [("G43.909", "migraine"), ("G40.909", "epilepsy")],
        ["The headache pattern changed within three months.", "A new focal finding is described in the neurology note."];
    "a CT of the abdomen and pelvis", "CT abdomen and pelvis", Test, 5, "imaging", "radiology", 1500, 0.2,
        ["74176", "74177", "74178"],
        [("K50.90", "Crohn disease"), ("K57.32", "diverticulitis")],
        ["Fever and an elevated white count were present.", "An ultrasound had been inconclusive."];
    "a PET scan", "PET scan", Test, 4, "imaging", "oncology", 5200, 0.2,
        ["78815", "78816"],
        [("C34.11", "lung cancer"), ("C83.30", "lymphoma")],
        ["Staging would change the plan of treatment.", "The tumor board asked for the scan."];
    "an echocardiogram", "Echocardiogram", Test, 3, "imaging", "cardiology", 1100, 0.3,
        ["93306", "93307"],
        [("I50.9", "heart failure"), ("I48.91", "atrial fibrillation")],
        ["A new murmur is described.", "The last study was more than a year old."];
    "a sleep study", "Sleep study", Test, 3, "sleep_medicine", "sleep-medicine", 1300, -0.1,
        ["95810", "95811"],
        [("G47.33", "obstructive sleep apnea")],
        ["A home test had failed twice.", "Witnessed pauses and daytime sleepiness are recorded."];
    "hereditary cancer gene testing", "Hereditary cancer gene test", Test, 4, "genetic_testing", "genetics", 3400, -0.4,
        ["81162", "81432"],
        [("C50.911", "breast cancer"), ("C56.1", "ovarian cancer")],
        ["Family history meets the guideline's criteria.", "The result decides between two operations."];
    "a colonoscopy", "Colonoscopy", Test, 4, "preventive_screening", "gastroenterology", 1600, 0.5,
        ["45378", "45385"],
        [("Z12.11", "screening for colon cancer"), ("K63.5", "colon polyp")],
        ["The procedure began as a screening.", "A polyp was removed during the screening."];
    "a metabolic panel", "Metabolic panel", Test, 3, "laboratory", "primary-care", 120, 0.0,
        ["80053", "83036"],
        [("E11.9", "type 2 diabetes"), ("E78.5", "high cholesterol")],
        ["The order names the drug being monitored.", "The previous result was abnormal."];
    "Botox injections for chronic migraine", "Botox for chronic migraine", Drug, 16, "pharmacy", "neurology", 2600, 0.2,
        ["J0585", "64615"],
        [("G43.709", "chronic migraine"), ("G43.719", "intractable chronic migraine")],
        ["Two preventive drug classes failed over six months.",
         "The headache diary shows eighteen headache days a month.",
         "Headache days fell by half after the first two cycles.",
         "Topiramate and propranolol were stopped for side effects."];
    "immune globulin infusions", "Immune globulin infusion", Drug, 4, "pharmacy", "neurology", 9800, 0.0,
        ["J1569", "J1561"],
        [("G61.81", "chronic inflammatory demyelinating polyneuropathy"), ("D83.9", "common variable immunodeficiency")],
        ["Nerve conduction studies support the diagnosis.", "Grip strength improved after the induction dose."];
    "infliximab for rheumatoid arthritis", "Infliximab for rheumatoid arthritis", Drug, 5, "pharmacy", "rheumatology", 6200, 0.1,
        ["J1745", "Q5103"],
        [("M05.79", "rheumatoid arthritis"), ("M06.9", "rheumatoid arthritis")],
        ["Methotrexate was tried at full dose for four months.", "Disease activity scores stayed high."];
    "vedolizumab for Crohn disease", "Vedolizumab for Crohn disease", Drug, 4, "pharmacy", "gastroenterology", 8700, 0.1,
        ["J3380"],
        [("K50.90", "Crohn disease"), ("K51.90", "ulcerative colitis")],
        ["Endoscopy shows active inflammation.", "Steroids could not be tapered."];
    "growth hormone therapy", "Growth hormone therapy", Drug, 3, "pharmacy", "endocrinology", 4300, -0.4,
        ["J2941"],
        [("E23.0", "growth hormone deficiency")],
        ["Two stimulation tests were below the cut-off.", "Growth velocity had fallen for a year."];
    "a continuous glucose monitor", "Continuous glucose monitor", Equipment, 5, "durable_medical_equipment", "endocrinology", 900, 0.4,
        ["E2103", "A4239"],
        [("E10.9", "type 1 diabetes"), ("E11.65", "type 2 diabetes with high glucose")],
        ["Insulin is taken several times a day.", "Episodes of low glucose at night are recorded."];
    "a CPAP device", "CPAP device", Equipment, 4, "durable_medical_equipment", "sleep-medicine", 1100, 0.2,
        ["E0601", "A7030"],
        [("G47.33", "obstructive sleep apnea")],
        ["The apnea index on the study is above thirty.", "Use on seven nights of ten is on the download."];
    "a power wheelchair", "Power wheelchair", Equipment, 3, "durable_medical_equipment", "physical-medicine", 7900, -0.3,
        ["K0823", "K0861"],
        [("G82.20", "paraplegia"), ("G35.D", "multiple sclerosis")],
        ["A mobility evaluation rules out a manual chair.", "The home was assessed for access."];
    "a lumbar spinal fusion", "Lumbar spinal fusion", Surgery, 5, "orthopedic_procedures", "orthopedics", 48000, -0.5,
        ["22612", "22633"],
        [("M43.16", "lumbar spondylolisthesis"), ("M48.062", "lumbar stenosis with claudication")],
        ["Flexion films show instability.", "Twelve months of conservative care are on record."];
    "a knee replacement", "Knee replacement", Surgery, 4, "orthopedic_procedures", "orthopedics", 36000, 0.3,
        ["27447"],
        [("M17.11", "osteoarthritis of the right knee"), ("M17.12", "osteoarthritis of the left knee")],
        ["X-rays show bone on bone.", "Injections no longer help."];
    "an epidural steroid injection", "Epidural steroid injection", Surgery, 6, "pain_management", "pain-medicine", 1400, 0.0,
        ["62323", "64483"],
        [("M54.16", "lumbar radiculopathy"), ("M51.16", "lumbar disc disorder with radiculopathy")],
        ["The first injection gave relief for four months.", "Imaging agrees with the level treated."];
    "a sleeve gastrectomy", "Sleeve gastrectomy", Surgery, 3, "bariatric_surgery", "general-surgery", 27000, -0.2,
        ["43775"],
        [("E66.01", "morbid obesity")],
        ["A supervised diet of six months is documented.", "Diabetes and sleep apnea are under treatment."];
    "a breast reduction", "Breast reduction", Surgery, 3, "reconstructive_surgery", "plastic-surgery", 14000, -0.6,
        ["19318"],
        [("N62", "breast hypertrophy")],
        ["Shoulder grooves and a rash are photographed.", "The planned weight of tissue meets the policy's table."];
    "a cardiac catheterization", "Cardiac catheterization", Surgery, 3, "cardiovascular_procedures", "cardiology", 11500, 0.2,
        ["93458", "93454"],
        [("I25.10", "coronary artery disease"), ("I20.0", "unstable angina")],
        ["The stress test was positive.", "Symptoms went on under two drugs."];
    "cataract surgery", "Cataract surgery", Surgery, 3, "ophthalmology", "ophthalmology", 4200, 0.2,
        ["66984", "66982"],
        [("H25.11", "age-related cataract of the right eye"), ("H25.12", "age-related cataract of the left eye")],
        ["Vision with glasses is below the threshold.", "Glare testing is in the chart."];
    "a hysterectomy", "Hysterectomy", Surgery, 3, "obgyn_procedures", "gynecology", 19000, 0.0,
        ["58571", "58571"],
        [("D25.9", "uterine fibroids"), ("N80.03", "adenomyosis")],
        ["Medication and an embolization had failed.", "Blood counts fell despite iron."];
    "a septoplasty", "Septoplasty", Surgery, 2, "ent_procedures", "otolaryngology", 6800, -0.3,
        ["30520"],
        [("J34.2", "deviated septum")],
        ["Nasal steroids were used for eight weeks.", "Endoscopy shows obstruction on both sides."];
    "wound debridement", "Wound debridement", Surgery, 3, "wound_care", "wound-care", 700, 0.0,
        ["97597", "11042"],
        [("L97.412", "heel ulcer")],
        ["Measurements are charted at each visit.", "The wound got smaller over three visits."];
    "intensity-modulated radiation planning", "Radiation planning", Surgery, 3, "radiation_therapy", "radiation-oncology", 5600, 0.2,
        ["77301", "77338"],
        [("C61", "prostate cancer"), ("C50.911", "breast cancer")],
        ["The plan comparison shows less dose to the heart.", "Organ doses exceed the limit under conventional planning."];
    "physical therapy visits", "Physical therapy", Therapy, 6, "rehabilitation_outpatient", "physical-therapy", 260, 0.1,
        ["97110", "97140", "97530"],
        [("M54.50", "low back pain"), ("M25.561", "knee pain")],
        ["Measured function improved over eight visits.", "The plan of care names goals and an end."];
    "speech therapy", "Speech therapy", Therapy, 4, "rehabilitation_outpatient", "speech-therapy", 210, -0.1,
        ["92507"],
        [("F80.2", "mixed language disorder"), ("F80.1", "expressive language disorder")],
        ["A standard test is below the tenth percentile.", "Progress reports show new words each month."];
    "applied behavior analysis", "Applied behavior analysis", Therapy, 4, "autism_treatment", "behavioral-health", 480, 0.3,
        ["97153", "97155"],
        [("F84.0", "autism")],
        ["Hours follow the assessment.", "State law requires the benefit."];
    "transcranial magnetic stimulation", "Transcranial magnetic stimulation", Therapy, 3, "electrical_thermal_interventions", "psychiatry", 8900, -0.2,
        ["90867", "90868"],
        [("F33.2", "severe recurrent depression")],
        ["Four antidepressants of two classes failed.", "Rating scales are attached from each trial."];
    "home health visits", "Home health", Therapy, 3, "home_health", "home-health", 240, 0.0,
        ["G0299", "G0151"],
        [("I50.9", "heart failure"), ("I69.351", "weakness after a stroke")],
        ["The physician certified that leaving home takes great effort.", "Skilled needs are listed visit by visit."];
    "an inpatient admission", "Inpatient admission", Stay, 6, "acute_inpatient", "hospital-medicine", 18500, 0.1,
        ["99222", "99223"],
        [("I50.23", "acute on chronic heart failure"), ("J18.9", "pneumonia")],
        ["Oxygen was needed for two days.", "Two midnights were expected at the time of the order.",
         "Vital signs stayed unstable through the second day."];
    "a skilled nursing stay", "Skilled nursing stay", Stay, 4, "skilled_nursing", "post-acute", 9200, -0.1,
        ["99306", "99309"],
        [("I63.9", "stroke"), ("S72.001D", "hip fracture in aftercare")],
        ["Therapy took place on five days a week.", "The discharge goals were not yet met."];
    "an emergency department visit", "Emergency department visit", Visit, 5, "emergency_urgent_care", "emergency-medicine", 2300, 0.6,
        ["99284", "99285"],
        [("R07.9", "chest pain"), ("R10.9", "abdominal pain")],
        ["The symptoms on arrival would alarm a layperson.", "Triage recorded severe pain."];
    "an ambulance transport", "Ambulance transport", Visit, 3, "ambulance_transport", "ambulance", 1700, 0.1,
        ["A0427", "A0429"],
        [("I63.9", "stroke"), ("R55", "collapse")],
        ["The run sheet shows why no other transport was safe.", "The nearest suitable hospital was full."];
    "an office visit", "Office visit", Visit, 6, "physician_evaluation", "primary-care", 240, 0.2,
        ["99214", "99215"],
        [("E11.9", "type 2 diabetes"), ("I10", "hypertension")],
        ["The note separates the visit from the procedure.", "Time and decision making are stated."];
}
