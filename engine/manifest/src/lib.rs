//! YAML text to a plan: the file format, its schema, its errors.
