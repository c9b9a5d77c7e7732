//! By how much one sample is above another: the rank-sum test, inverted.
//!
//! As R's `wilcox.test` computes it without exact tables: midranks, the variance corrected for
//! ties, the statistic for continuity, and limits where the statistic passes the normal quantile.

/// The normal quantile of a two-sided interval of 98 %.
const QUANTILE: f64 = 2.326_347_874_040_841;
/// How exactly limits are searched, in the metric's unit: percent serve better than fractions.
const TOLERANCE: f64 = 1e-4;

/// The shift experiment − control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Lower limit of the 98 % interval.
    pub low: f64,
    /// Upper limit of the 98 % interval.
    pub high: f64,
    /// The Hodges–Lehmann estimate: the median of all differences.
    pub estimate: f64,
}

/// Estimates the shift between two samples of finite numbers; none when one of them is empty.
///
/// Where too few values can reach no 98 % (fewer than five a side), a limit is the least or the
/// greatest difference there is, as in R: samples that do not overlap look shifted then.
#[must_use]
pub fn shift(experiment: &[f64], control: &[f64]) -> Option<Shift> {
    let [experiment, control] = [experiment, control].map(|values| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    });
    let least = experiment.first()? - control.last()?;
    let greatest = experiment.last()? - control.first()?;
    let pair = Pair { experiment, control, least, greatest };
    Some(Shift {
        low: pair.root(QUANTILE, 0.5),
        high: pair.root(-QUANTILE, 0.5),
        estimate: pair.root(0.0, 0.0),
    })
}

/// Both samples in order, and the range of their differences.
struct Pair {
    experiment: Vec<f64>,
    control: Vec<f64>,
    least: f64,
    greatest: f64,
}

impl Pair {
    /// Where the statistic passes `level`; the middle, where it stays at it for a while.
    fn root(&self, level: f64, continuity: f64) -> f64 {
        if self.statistic(self.least, continuity) <= level {
            return self.least;
        }
        if self.statistic(self.greatest, continuity) >= level {
            return self.greatest;
        }
        let begin = self.edge(|shift| self.statistic(shift, continuity) > level);
        let end = self.edge(|shift| self.statistic(shift, continuity) >= level);
        f64::midpoint(begin, end)
    }

    /// Where what holds for the least difference and not for the greatest ends to hold.
    fn edge(&self, holds: impl Fn(f64) -> bool) -> f64 {
        let (mut low, mut high) = (self.least, self.greatest);
        while high - low > TOLERANCE {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if holds(middle) { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    /// The standardised rank sum of the experiment's values less `shift`; it falls as that grows.
    fn statistic(&self, shift: f64, continuity: f64) -> f64 {
        let (mut experiment, mut control) = (self.experiment.as_slice(), self.control.as_slice());
        let (n, m) = (experiment.len() as f64, control.len() as f64);
        let (mut seen, mut ranks, mut ties) = (0.0, 0.0, 0.0);
        while let Some(value) = least_of(experiment.first().map(|it| it - shift), control.first()) {
            let ours = experiment.iter().take_while(|it| **it - shift <= value).count();
            let theirs = control.iter().take_while(|it| **it <= value).count();
            (experiment, control) = (&experiment[ours..], &control[theirs..]);
            let alike = (ours + theirs) as f64;
            ranks += ours as f64 * (seen + (alike + 1.0) / 2.0);
            ties += alike * alike * alike - alike;
            seen += alike;
        }
        let above = ranks - n * (n + 1.0) / 2.0 - n * m / 2.0;
        let all = n + m;
        let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
        match above {
            // Values that are all equal say nothing.
            _ if variance <= 0.0 => 0.0,
            above if above > 0.0 => (above - continuity) / libm::sqrt(variance),
            above if above < 0.0 => (above + continuity) / libm::sqrt(variance),
            _ => 0.0,
        }
    }
}

fn least_of(one: Option<f64>, other: Option<&f64>) -> Option<f64> {
    match (one, other.copied()) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
