//! Exponential and logarithm from basic arithmetic only, so that a model trained anywhere has the same bytes:
//! the platform's own functions may differ in the last bit.
#![expect(
    clippy::cast_possible_truncation,
    reason = "the model works in single precision; where a number is narrowed is part of its definition"
)]

/// e^x for x ≤ 0 as softmax needs it; relative error below 1e-6.
pub fn exp(x: f32) -> f32 {
    if x < -80.0 {
        return 0.0;
    }
    let halvings = 10;
    let small = f64::from(x) / f64::from(1 << halvings);
    // Taylor to the fourth power on |small| < 0.08, then squared back.
    let mut value = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..halvings {
        value *= value;
    }
    value as f32
}

/// ln(x) for x > 0; relative error below 1e-6.
pub fn ln(x: f32) -> f32 {
    if x <= 0.0 {
        return f32::MIN;
    }
    let (mut mantissa, mut exponent) = (f64::from(x), 0.0_f64);
    while mantissa > 1.5 {
        mantissa /= 2.0;
        exponent += 1.0;
    }
    while mantissa < 0.75 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut term = ratio;
    let mut sum = 0.0;
    for power in (1..20).step_by(2) {
        sum += term / f64::from(power);
        term *= square;
    }
    (2.0 * sum + exponent * std::f64::consts::LN_2) as f32
}

/// Turns logits into probabilities in place.
pub fn softmax(logits: &mut [f32]) {
    let highest = logits.iter().copied().fold(f32::MIN, f32::max);
    let mut total = 0.0;
    for value in logits.iter_mut() {
        *value = exp(*value - highest);
        total += *value;
    }
    for value in logits.iter_mut() {
        *value /= total;
    }
}

/// A small seeded generator (`SplitMix64`) for orders and template choices.
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 (included) to 1 (not included).
    pub fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    /// A number below `bound` (0 for a bound of 0).
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 {
            0
        } else {
            (self.next() % bound as u64) as usize
        }
    }
}

/// FNV-1a of bytes, folded to 64 bits: the hash behind feature keys and fold numbers.
pub fn fnv1a(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
