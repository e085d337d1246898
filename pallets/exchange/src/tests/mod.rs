mod amm;
mod batch;
mod corrupted;
mod entry;
mod leaving;
mod listing;
mod random;
mod queries;
