"""Time-to-event statistics on arrays; nothing in here knows about tumours."""
