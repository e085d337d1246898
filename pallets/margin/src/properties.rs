//! Random histories against naive twins.
