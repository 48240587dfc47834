"""Published numbers: their integrity, their synthesis, their reconstruction."""
