//! Events to terminal frames, lines, NDJSON and HTML.
