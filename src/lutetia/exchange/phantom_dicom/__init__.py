"""A digital phantom's arrays written as real DICOM (CT, NM, PT, RTSTRUCT): test input, every patient made up."""
