//! Gate: the canary's share of slow requests against the baseline's.
