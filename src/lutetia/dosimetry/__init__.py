"""Absorbed dose from quantitative images: physics, curves, organs, voxels, uncertainty. Arrays in, arrays out."""
