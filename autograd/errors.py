"""The errors of the engine. Each message says what was wrong, where, and what to write instead."""


class DomainError(ValueError):
    """A function was asked for a point where it has no value, such as ``log(0)``."""


class DivisionByZero(DomainError, ZeroDivisionError):
    """A division by zero, or zero raised to a negative power."""


class AnomalyError(ArithmeticError):
    """Under ``detect_anomaly()``: an operation made a NaN or an infinity out of finite numbers."""


class GradientMismatch(AssertionError):
    """``check_gradients`` found a derivative that disagrees with the numerical one."""
