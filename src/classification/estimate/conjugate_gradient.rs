//! Conjugate gradients for symmetric positive definite systems.

/// Solves `A·x = b` for a symmetric positive definite `A` given by its product
/// with a vector, to a residual of `tolerance` relative to `b`, within
/// `max_iterations` products.
pub fn conjugate_gradient(
    apply: impl Fn(&[f64]) -> Vec<f64>,
    b: &[f64],
    tolerance: f64,
    max_iterations: usize,
) -> Vec<f64> {
    let mut x = vec![0.0; b.len()];
    let mut residual = b.to_vec();
    let mut direction = residual.clone();
    let mut squared = dot(&residual, &residual);
    let goal = tolerance * tolerance * squared;
    for _ in 0..max_iterations {
        if squared <= goal {
            break;
        }
        let image = apply(&direction);
        let step = squared / dot(&direction, &image);
        add_scaled(&mut x, step, &direction);
        add_scaled(&mut residual, -step, &image);
        let next = dot(&residual, &residual);
        let turn = next / squared;
        for (along, rest) in direction.iter_mut().zip(&residual) {
            *along = rest + turn * *along;
        }
        squared = next;
    }
    x
}

/// The inner product of two vectors.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// `target += scale · addend`.
fn add_scaled(target: &mut [f64], scale: f64, addend: &[f64]) {
    for (sum, term) in target.iter_mut().zip(addend) {
        *sum += scale * term;
    }
}

#[cfg(test)]
mod tests {
    use super::conjugate_gradient;

    #[test]
    fn solves_a_small_system_exactly() {
        // A = [[4, 1], [1, 3]], b = [1, 2]: x = [1/11, 7/11].
        let apply = |v: &[f64]| vec![4.0 * v[0] + v[1], v[0] + 3.0 * v[1]];
        let x = conjugate_gradient(apply, &[1.0, 2.0], 1e-12, 10);
        assert!((x[0] - 1.0 / 11.0).abs() < 1e-12);
        assert!((x[1] - 7.0 / 11.0).abs() < 1e-12);
    }

    #[test]
    fn the_zero_system_has_the_zero_solution() {
        let x = conjugate_gradient(<[f64]>::to_vec, &[0.0, 0.0], 1e-9, 10);
        assert_eq!(x, [0.0, 0.0]);
    }
}
