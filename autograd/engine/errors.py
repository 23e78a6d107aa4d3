"""The errors of the engine. Each message says what was wrong, where, and what to write instead."""


class DomainError(ValueError):
    """A function was asked for a point where it has no value, such as ``log(0)``.

    Example:
        >>> from autograd import Value
        >>> Value(0.0, label="p").log()
        Traceback (most recent call last):
        ...
        autograd.engine.errors.DomainError: log(p = 0): the logarithm is defined above 0 only; ...
    """


class DivisionByZero(DomainError, ZeroDivisionError):
    """A division by zero, or zero raised to a negative power.

    Example:
        >>> from autograd import Value
        >>> 1.0 / Value(0.0, label="n")
        Traceback (most recent call last):
        ...
        autograd.engine.errors.DivisionByZero: divide(1, n = 0): the divisor must not be 0; ...
    """


class AnomalyError(ArithmeticError):
    """Under ``detect_anomaly()``: an operation made a NaN or an infinity out of finite numbers.

    Example:
        >>> from autograd import Value, detect_anomaly
        >>> with detect_anomaly():
        ...     Value(1e200) * 1e200
        Traceback (most recent call last):
        ...
        autograd.engine.errors.AnomalyError: multiply(1e+200, 1e+200) made inf out of finite numbers; ...
    """


class GradientMismatch(AssertionError):
    """``check_gradients`` found a derivative that disagrees with the numerical one.

    Example:
        >>> from autograd import Value, check_gradients
        >>> check_gradients(lambda x: x * Value(x.data), [3.0])  # the second factor was cut off from x
        Traceback (most recent call last):
        ...
        autograd.engine.errors.GradientMismatch: the derivative with respect to x0 disagrees with the numerical one:
          x0: engine 3, numerical 6: DISAGREES by 3
    """
