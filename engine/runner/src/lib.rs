//! Effects to ports and answers to events: the journal and the driver loop.
