//! The pure state machine of a rollout: plan, events, effects, verdicts.
