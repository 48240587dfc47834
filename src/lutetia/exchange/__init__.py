"""Others' formats in and out. `lutetia.exchange.courses` reads and writes courses as YAML and JSON."""
