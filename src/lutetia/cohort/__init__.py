"""Many courses become one analysis: selection, endpoints, tables, balance, emulation and the design check."""
