"""The acceptance points of the scores, computed anew: each module yields lines of the page."""
