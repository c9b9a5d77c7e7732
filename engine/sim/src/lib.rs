//! The ports of the runner on a simulated cloud in virtual time.
