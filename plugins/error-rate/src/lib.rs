//! Gate: the canary's share of bad responses against the baseline's.
