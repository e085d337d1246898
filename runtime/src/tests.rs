//! Tests of the assembled runtime.
