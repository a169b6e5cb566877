//! Speed and quality of the text classifier: `name<TAB>value<TAB>unit` a line.
//!
//! `--dump DIR` writes the training texts and those measured as `label<TAB>text` for `benches/peers/text_peers.py`, which prints
//! scikit-learn's figures on the same texts as `name@peer`.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};
use stratum::classification::text::{
    Corpus, Extractor, FeedbackText, TextModel, TrainOptions, Tuner, measure, measure_tuned, train,
};

/// Denials told by somebody else, measured and never trained on.
const OTHER_AUTHOR: &str = include_str!("denials_by_another_author.tsv");
/// How long each speed is measured.
const MEASURED: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--dump" {
            return dump(&arguments.next().ok_or("--dump wants a folder")?);
        }
    }
    // The lexicon's reading is part of the load: nothing may have touched it before.
    let started = Instant::now();
    let model = TextModel::shipped()?;
    println!("text_model_load_ms\t{:.1}\tms", started.elapsed().as_secs_f64() * 1e3);
    let held_out = Corpus::held_out()?;
    let texts: Vec<&str> = held_out.texts.iter().map(|text| text.text.as_str()).collect();
    println!(
        "classify_texts_per_s\t{:.0}\t1/s",
        per_second(&texts, |text| black_box(model.classify(text)).spans.len())
    );
    let extractor = Extractor::new([("Aetna", "aetna"), ("UHC", "uhc"), ("Humana", "humana")])?;
    println!(
        "extract_texts_per_s\t{:.0}\t1/s",
        per_second(&texts, |text| black_box(extractor.extract(text)).len())
    );
    let metrics = measure(model, &held_out);
    println!("text_top1\t{:.4}\tshare", metrics.top1);
    println!("text_top3\t{:.4}\tshare", metrics.top3);
    println!("text_calibration_error\t{:.4}\tshare", metrics.calibration_error);
    let others = measure(model, &Corpus::parse(OTHER_AUTHOR)?);
    println!("text_top1_other_author\t{:.4}\tshare", others.top1);
    println!("text_top3_other_author\t{:.4}\tshare", others.top3);
    let folded = model.card().cross_validated;
    println!("text_top1_cross_validated\t{:.4}\tshare", folded.top1);
    println!("text_top3_cross_validated\t{:.4}\tshare", folded.top3);
    tunings(model, &held_out)?;
    let started = Instant::now();
    train(&Corpus::shipped()?, &TrainOptions::dated("bench"))?;
    println!("text_train_s\t{:.1}\ts", started.elapsed().as_secs_f64());
    Ok(())
}

/// Every twelfth held-out text told to be of its second type, alone: how often that is learnt, and what share of all
/// held-out texts loses its type by it, the told one among them. Then the half of them told truly, the other half measured.
fn tunings(model: &'static TextModel, held_out: &Corpus) -> Result<(), Box<dyn Error>> {
    let tuner = Tuner::new(model, &Corpus::shipped()?, held_out.clone())?;
    let (mut told, mut learnt, mut cost) = (0.0_f32, 0.0, 0.0);
    for text in held_out.texts.iter().step_by(12) {
        let Some(second) = model.classify(&text.text).scores.get(1).map(|scored| scored.label) else {
            continue;
        };
        let feedback = FeedbackText {
            text: text.text.clone(),
            label: second,
        };
        let tuned = tuner.tune(&[feedback])?;
        let answer = model.classify_tuned(&text.text, Some(&tuned.model));
        told += 1.0;
        learnt += f32::from(u8::from(
            answer.scores.first().is_some_and(|scored| scored.label == second),
        ));
        cost += tuned.report.held_out.before.metrics.top1 - tuned.report.held_out.after.metrics.top1;
    }
    println!("tuning_one_correction_learnt\t{:.4}\tshare", learnt / told);
    println!("tuning_one_correction_cost\t{:.4}\tshare", cost / told);
    let (fed, kept): (Vec<_>, Vec<_>) = held_out.texts.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let feedback = fed.into_iter().map(|(_, text)| FeedbackText {
        text: text.text.clone(),
        label: text.label,
    });
    let started = Instant::now();
    let tuned = tuner.tune(&feedback.collect::<Vec<_>>())?;
    println!("tuning_253_texts_s\t{:.2}\ts", started.elapsed().as_secs_f64());
    let unseen = Corpus {
        texts: kept.into_iter().map(|(_, text)| text.clone()).collect(),
        ..held_out.clone()
    };
    let after = measure_tuned(model, Some(&tuned.model), &unseen).metrics;
    println!("tuning_unseen_top1_before\t{:.4}\tshare", measure(model, &unseen).top1);
    println!("tuning_unseen_top1_after\t{:.4}\tshare", after.top1);
    Ok(())
}

/// Texts a second of one core, over whole rounds.
fn per_second(texts: &[&str], mut work: impl FnMut(&str) -> usize) -> f64 {
    let started = Instant::now();
    let mut done = 0_u32;
    while started.elapsed() < MEASURED {
        for text in texts {
            black_box(work(text));
            done += 1;
        }
    }
    f64::from(done) / started.elapsed().as_secs_f64()
}

fn dump(folder: &str) -> Result<(), Box<dyn Error>> {
    for (name, corpus) in [
        ("train.tsv", Corpus::shipped()?),
        ("held_out.tsv", Corpus::held_out()?),
        ("other_author.tsv", Corpus::parse(OTHER_AUTHOR)?),
    ] {
        let mut lines = String::new();
        for text in corpus.texts {
            writeln!(lines, "{}\t{}", text.label, text.text)?;
        }
        std::fs::write(std::path::Path::new(folder).join(name), lines)?;
    }
    Ok(())
}
