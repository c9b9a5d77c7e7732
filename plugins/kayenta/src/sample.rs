//! What becomes of a metric's values before they are compared.

use crate::configuration::{NanStrategy, Outliers, Strategy};

/// The values of a period each, none where it has none, as the judge takes them.
///
/// A gap is 0 or is left out, as the file says. Where it says nothing a gap is 0 too, unless there
/// are gaps only: a canary of which nothing is known is not one of which 0 is known.
#[must_use]
pub fn sample(
    periods: &[Option<f64>],
    gaps: Option<NanStrategy>,
    may_be_silent: bool,
    outliers: Outliers,
) -> Vec<f64> {
    let known = || periods.iter().flatten().copied();
    let mut values: Vec<f64> = match gaps {
        Some(NanStrategy::Remove) => known().collect(),
        None if !may_be_silent && known().next().is_none() => Vec::new(),
        Some(NanStrategy::Replace) | None => {
            periods.iter().map(|value| value.unwrap_or_default()).collect()
        }
    };
    if outliers.strategy == Strategy::Remove {
        let fence = fence(&values, outliers.outlier_factor);
        values.retain(|value| fence.is_none_or(|[low, high]| (low..=high).contains(value)));
    }
    values
}

/// Beyond which values are outliers: a factor of the quartiles' distance, but never the 98 % in the
/// middle.
fn fence(values: &[f64], factor: f64) -> Option<[f64; 2]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let [p1, q1, q3, p99] = [0.01, 0.25, 0.75, 0.99].map(|share| quantile(&sorted, share));
    let (q1, q3) = (q1?, q3?);
    let far = factor * (q3 - q1);
    Some([p1?.min(q1 - far), p99?.max(q3 + far)])
}

/// A quantile of sorted values, interpolated between neighbours (R's type 7); none of none.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let below = libm::floor(place);
    let at = |place: f64| sorted.get(place as usize).copied();
    let (low, part) = (at(below)?, place - below);
    Some(match at(below + 1.0) {
        Some(high) if part > 0.0 => low + part * (high - low),
        _ => low,
    })
}

/// The mean; none of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::{quantile, sample};
    use crate::configuration::{NanStrategy, Outliers, Strategy};

    const GAPS: [Option<f64>; 3] = [Some(5.0), None, Some(7.0)];

    #[test]
    fn a_gap_is_0_unless_it_is_to_be_left_out() {
        let of = |gaps| sample(&GAPS, gaps, true, Outliers::default());
        assert_eq!(of(None), [5.0, 0.0, 7.0]);
        assert_eq!(of(Some(NanStrategy::Replace)), [5.0, 0.0, 7.0]);
        assert_eq!(of(Some(NanStrategy::Remove)), [5.0, 7.0]);
    }

    #[test]
    fn s02_silence_is_0_only_where_the_file_says_so() {
        let of = |gaps, may| sample(&[None, None], gaps, may, Outliers::default());
        assert!(of(None, false).is_empty());
        assert!(of(Some(NanStrategy::Remove), true).is_empty());
        assert_eq!(of(Some(NanStrategy::Replace), false), [0.0, 0.0]);
        assert_eq!(of(None, true), [0.0, 0.0]);
    }

    #[test]
    fn quantiles_are_those_of_r() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 100.0];
        let found = [0.01, 0.25, 0.75, 0.99].map(|share| quantile(&values, share).unwrap());
        for (found, known) in found.into_iter().zip([1.09, 3.25, 7.75, 91.81]) {
            assert!((found - known).abs() < 1e-9, "{found} {known}");
        }
        assert_eq!([quantile(&[], 0.5), quantile(&[3.0], 0.99)], [None, Some(3.0)]);
    }

    #[test]
    fn outliers_go_where_they_are_to_go_and_only_far_ones() {
        let mut periods: Vec<Option<f64>> = (0..200).map(|i| Some(f64::from(i % 10))).collect();
        periods.push(Some(1000.0));
        let remove = Outliers { strategy: Strategy::Remove, ..Outliers::default() };
        assert_eq!(sample(&periods, None, true, remove).len(), 200);
        assert_eq!(sample(&periods, None, true, Outliers::default()).len(), 201);
        let lax = Outliers { outlier_factor: 1000.0, ..remove };
        assert_eq!(sample(&periods, None, true, lax).len(), 201);
    }
}
