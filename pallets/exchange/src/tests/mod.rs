mod amm;
mod batch;
mod corrupted;
mod entry;
mod leaving;
mod listing;
mod queries;
mod random;
