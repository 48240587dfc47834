"""What an analysis hands on: tables as printed and as records, data of figures, numbers as a journal prints them."""
