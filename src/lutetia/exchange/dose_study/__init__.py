"""A dosimetry study from files to files: the declaration, its reader, the images put together, and what is written."""
