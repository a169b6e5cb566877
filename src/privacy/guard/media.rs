//! Biometric identifiers, full-face photographs and image data.

use super::index::Interest;
use super::key::{WordKey, words};
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;
use super::token::{Gap, Shape};

/// How far, in tokens, the word that makes a biometric or photo somebody's may stand from it.
const REACH: usize = 6;

/// Longest name of a biometric, in tokens: "palm print", "facial geometry".
const WORDS_MAX: usize = 4;

/// File endings of photographs.
const IMAGE_ENDINGS: &[WordKey] = words![
    "jpg", "jpeg", "png", "heic", "heif", "gif", "bmp", "tif", "tiff", "webp",
];

/// The first characters of images in base64: PNG, JPEG, GIF, WebP/RIFF, TIFF, BMP of common sizes.
const IMAGE_MAGIC: &[&str] = &[
    "iVBORw0KGgo",
    "R0lGODlh",
    "R0lGODdh",
    "UklGR",
    "SUkqAA",
    "TU0AKg",
    "/9j/",
];

pub(super) fn find(page: &mut Page) {
    image_data(page);
    let mut from = 0;
    while let Some(at) = page.next(Interest::Media, from) {
        from = at + 1;
        if page.has(at, cue::BIOMETRIC) {
            biometric(page, at);
        } else if page.has(at, cue::PHOTO) {
            photo(page, at);
        } else if page.word_is(at + 1, IMAGE_ENDINGS) {
            image_file(page, at);
        }
    }
}

/// "Voiceprint template VP-559A", "fingerprint scan on file": enrolled or stored, or with an identifier beside it.
fn biometric(page: &mut Page, at: usize) {
    let mut last = at;
    while last < at + WORDS_MAX && page.has(last + 1, cue::BIOMETRIC) && !page.is_taken(last + 1, last + 1) {
        last += 1;
    }
    let use_after = page.cue_after(last + 1, REACH, cue::MEDIA_USE);
    let use_before = page.cue_before(at, REACH, cue::MEDIA_USE);
    let is_rule = page
        .cue_after(last + 1, REACH, cue::NEGATION)
        .or(page.cue_before(at, 4, cue::NEGATION))
        .is_some()
        || page.word_is(last + 1, words!["screening", "background", "based"])
        || page.mark_is(last + 1, b'-') && page.word_is(last + 2, words!["based"]);
    if (use_after.is_none() && use_before.is_none()) || is_rule {
        return;
    }
    let end = identifier_after(page, last)
        .or(use_after.filter(|index| {
            *index <= last + 3
                && (last + 1..=*index).all(|between| page.token(between).is_some_and(|token| token.mark == 0))
        }))
        .unwrap_or(last);
    page.report(at, end, PhiKind::Biometric, 0.85, "biometric.enrolled");
}

/// The end of an identifier ("VP-559A") within three tokens.
fn identifier_after(page: &Page, at: usize) -> Option<usize> {
    let first = (at + 1..=at + 4)
        .take_while(|index| !page.starts_sentence(*index))
        .find(|index| {
            page.token(*index)
                .is_some_and(|token| token.has_digit() || token.shape == Shape::Upper && token.len() <= 4)
        })?;
    let mut last = first;
    while page.gap(last + 1) == Gap::Glued
        && page
            .token(last + 1)
            .is_some_and(|token| token.mark == 0 || matches!(token.mark, b'-' | b'_'))
    {
        last += 1;
    }
    (first..=last)
        .any(|index| page.token(index).is_some_and(super::token::Token::has_digit))
        .then_some(last)
}

/// A photograph of a face, of the patient, or on file; not photographs that a policy asks for.
fn photo(page: &mut Page, at: usize) {
    if page.word_is(at + 1, words!["id", "ids"]) {
        return; // what is shown at a desk
    }
    let is_face = page.has(at, cue::FACE) || page.cue_before(at, 3, cue::FACE).is_some();
    let of_person = (1..=3).any(|step| page.word_is(at + step, words!["of"]))
        && page
            .cue_after(at + 1, 5, cue::PERSON | cue::FACE | cue::RELATIVE)
            .is_some();
    let is_held = page
        .cue_after(at + 1, REACH, cue::MEDIA_USE)
        .or(page.cue_before(at, REACH, cue::MEDIA_USE))
        .is_some();
    let is_rule = page
        .cue_after(at + 1, REACH, cue::NEGATION)
        .or(page.cue_before(at, REACH, cue::NEGATION))
        .is_some();
    let is_photograph = page.word_is(
        at,
        words![
            "photo",
            "photos",
            "photograph",
            "photographs",
            "headshot",
            "selfie",
            "mugshot",
            "portrait",
            "picture",
            "image",
            "pictures",
        ],
    );
    let is_persons = at.checked_sub(1).is_some_and(|before| {
        page.token(before)
            .is_some_and(|token| token.possessive && token.has(cue::PERSON | cue::RELATIVE))
    });
    if is_rule || !is_photograph || !((is_face || of_person || is_persons) && is_held || is_face && of_person) {
        return;
    }
    let first = page.cue_before(at, 3, cue::FACE).unwrap_or(at);
    if page.is_taken(first, at) {
        return;
    }
    page.report(first, at, PhiKind::Photo, 0.8, "photo.held");
}

/// "`marisol_frontal_2024.jpg`".
fn image_file(page: &mut Page, dot: usize) {
    let is_glued = page.gap(dot) == Gap::Glued && page.gap(dot + 1) == Gap::Glued;
    let Some(mut first) = dot.checked_sub(1).filter(|_| is_glued) else {
        return;
    };
    while page.gap(first) == Gap::Glued
        && first > 0
        && dot - first < 24
        && page.token(first - 1).is_some_and(|token| {
            !token.taken && (token.mark == 0 || matches!(token.mark, b'_' | b'-' | b'.' | b'/' | b'\\' | b':'))
        })
    {
        first -= 1;
    }
    if page.is_taken(first, dot + 1)
        || page
            .token(first)
            .is_none_or(|token| token.mark != 0 && token.mark != b'/' && token.mark != b'_')
    {
        return;
    }
    page.report(first, dot + 1, PhiKind::Photo, 0.9, "photo.file");
}

/// `data:image/…` and base64 that begins as an image does.
fn image_data(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::ImageData, from) {
        from = at + 1;
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let starts_run = token.gap != Gap::Glued || page.before(at).is_some_and(|before| before.mark != 0);
        let rest = page.text.get(token.start as usize..).unwrap_or("");
        let is_data_uri = rest.starts_with("data:image/");
        // Every image begins with digits among its first characters, or with "/9j/".
        let is_magic = starts_run && IMAGE_MAGIC.iter().any(|magic| rest.starts_with(magic));
        if !(is_data_uri || is_magic) {
            continue;
        }
        let mut last = at;
        while page.token(last + 1).is_some_and(|next| {
            next.gap == Gap::Glued
                && (next.mark == 0 || matches!(next.mark, b'+' | b'/' | b'=' | b':' | b';' | b',' | b'-' | b'_'))
        }) {
            last += 1;
        }
        let length = page.token(last).map_or(0, |end| (end.end - token.start) as usize);
        if is_data_uri || length >= 24 {
            page.report(at, last, PhiKind::Photo, 0.95, "photo.image_data");
        }
    }
}
