"""placeholder"""
def read_cohort_tables(*a): raise NotImplementedError
