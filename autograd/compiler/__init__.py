"""The compiler: a scalar graph recorded for one example becomes an array program for any number of them.

    record -> sums of products -> copies -> lift -> simplify -> differentiate -> lower -> emit

`autograd.compiler.operations` is the table of array operations, by which the last five make, differentiate and write
arrays. Importing this package loads NumPy.
"""

from autograd.compiler.program import Program, ProgramMismatch, compile

__all__ = ["Program", "ProgramMismatch", "compile"]
