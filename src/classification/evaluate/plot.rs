//! The reliability table as a picture.

use std::fmt::Write;

use super::metrics::ReliabilityBin;

/// Side of the plotted unit square, in pixels, and the margin around it.
const SIDE: f64 = 400.0;
const MARGIN: f64 = 50.0;
const MAX_DOT_RADIUS: f64 = 16.0;
const MIN_DOT_RADIUS: f64 = 3.0;

/// Forecast (across) against win rate (up): a dot a bin, its area the number of
/// cases, beside the diagonal of perfect calibration.
pub fn reliability_plot(bins: &[ReliabilityBin]) -> String {
    let mut svg = String::new();
    match write_plot(&mut svg, bins) {
        Ok(()) => svg,
        Err(std::fmt::Error) => String::new(), // never: a String takes all that is written to it
    }
}

fn write_plot(svg: &mut String, bins: &[ReliabilityBin]) -> std::fmt::Result {
    let size = SIDE + 2.0 * MARGIN;
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" font-family="sans-serif" font-size="12">"#
    )?;
    writeln!(svg, "<title>Forecast win probability against win rate</title>")?;
    writeln!(svg, r#"<rect width="{size}" height="{size}" fill="white"/>"#)?;
    for tick in 0..=5 {
        write_tick(svg, f64::from(tick) / 5.0)?;
    }
    write_line(svg, (0.0, 0.0), (1.0, 1.0), "gray")?;
    let most = bins.iter().map(|bin| bin.n).max().unwrap_or(1).max(1);
    for bin in bins.iter().filter(|bin| bin.n > 0) {
        write_bin(svg, bin, most)?;
    }
    let middle = size / 2.0;
    writeln!(
        svg,
        r#"<text x="{middle}" y="{}" text-anchor="middle">forecast probability of a win</text>"#,
        size - 10.0
    )?;
    writeln!(
        svg,
        r#"<text x="15" y="{middle}" text-anchor="middle" transform="rotate(-90 15 {middle})">share won</text>"#
    )?;
    writeln!(svg, "</svg>")
}

fn across(value: f64) -> f64 {
    MARGIN + SIDE * value
}

fn up(value: f64) -> f64 {
    MARGIN + SIDE * (1.0 - value)
}

fn write_line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str) -> std::fmt::Result {
    writeln!(
        svg,
        r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="{colour}"/>"#,
        across(from.0),
        up(from.1),
        across(to.0),
        up(to.1)
    )
}

fn write_tick(svg: &mut String, value: f64) -> std::fmt::Result {
    write_line(svg, (value, 0.0), (value, 1.0), "lightgray")?;
    write_line(svg, (0.0, value), (1.0, value), "lightgray")?;
    writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{value:.1}</text>"#,
        across(value),
        up(0.0) + 16.0
    )?;
    writeln!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{value:.1}</text>"#,
        across(0.0) - 6.0,
        up(value) + 4.0
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn write_bin(svg: &mut String, bin: &ReliabilityBin, most: usize) -> std::fmt::Result {
    let radius = MAX_DOT_RADIUS * (bin.n as f64 / most as f64).sqrt();
    writeln!(
        svg,
        r#"<circle cx="{:.1}" cy="{:.1}" r="{:.1}" fill="steelblue" fill-opacity="0.7"><title>{} cases, forecast {:.3}, won {:.3}</title></circle>"#,
        across(bin.mean_forecast),
        up(bin.win_rate),
        radius.max(MIN_DOT_RADIUS),
        bin.n,
        bin.mean_forecast,
        bin.win_rate
    )
}
