//! A picture of how the cost of a query grows with the number of records.

use std::fmt::Write;

/// One size measured.
pub struct Point {
    pub records: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
const MARGIN: f64 = 64.0;

/// The lower and upper end of an axis, as powers of ten.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// Where a value lies between the ends, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        (value.log10() - self.low) / (self.high - self.low)
    }
}

/// An SVG with logarithmic axes, and a dotted line that grows as fast as the number of records does.
pub fn growth(points: &[Point]) -> String {
    let records = Axis { low: 4.5, high: 6.5 };
    let time = Axis { low: -2.0, high: 1.0 };
    let at = |count: usize, ms: f64| {
        let x = MARGIN + records.place(count as f64) * (WIDTH - 2.0 * MARGIN);
        let y = HEIGHT - MARGIN - time.place(ms) * (HEIGHT - 2.0 * MARGIN);
        (x, y)
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    label(
        &mut svg,
        (MARGIN, 28.0),
        "start",
        "Exact top-10 weighted Jaccard: CPU time of a query by corpus size",
    );
    for ms in [0.01, 0.1, 1.0, 10.0] {
        let (left, right) = (at(31_623, ms), at(3_162_278, ms));
        line(&mut svg, &[left, right], "#dddddd", "");
        label(&mut svg, (left.0 - 8.0, left.1 + 4.0), "end", &format!("{ms} ms"));
    }
    for point in points {
        let (x, y) = at(point.records, 0.01);
        label(&mut svg, (x, y + 20.0), "middle", &thousands(point.records));
    }
    label(&mut svg, (WIDTH / 2.0, HEIGHT - 18.0), "middle", "records");
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        let proportional = first.p50_ms * last.records as f64 / first.records as f64;
        let ends = [at(first.records, first.p50_ms), at(last.records, proportional)];
        line(&mut svg, &ends, "#999999", "stroke-dasharray=\"3 4\"");
        label(&mut svg, (ends[1].0 + 6.0, ends[1].1), "start", "∝ n");
    }
    let p50: Vec<_> = points.iter().map(|point| at(point.records, point.p50_ms)).collect();
    let p99: Vec<_> = points.iter().map(|point| at(point.records, point.p99_ms)).collect();
    series(&mut svg, &p50, "#1f6fb4", "p50");
    series(&mut svg, &p99, "#c2410c", "p99");
    svg.push_str("</svg>\n");
    svg
}

fn series(svg: &mut String, points: &[(f64, f64)], colour: &str, name: &str) {
    line(svg, points, colour, "stroke-width=\"2\"");
    for (x, y) in points {
        let _written = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
    }
    if let Some((x, y)) = points.last() {
        label(svg, (x + 8.0, y + 4.0), "start", name);
    }
}

fn line(svg: &mut String, points: &[(f64, f64)], colour: &str, style: &str) {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let points = points.join(" ");
    let _written = writeln!(
        svg,
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" {style}/>"
    );
}

fn label(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _written = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

fn thousands(count: usize) -> String {
    if count >= 1_000_000 {
        format!("{}M", count / 1_000_000)
    } else {
        format!("{}k", count / 1_000)
    }
}
