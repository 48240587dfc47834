"""Results in, figures out: drawings as SVG text, without any plotting library."""
