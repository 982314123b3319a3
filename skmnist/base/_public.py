"""Make public classes and functions name the package that they are imported from."""

import inspect


def set_module(module):
    """Return a decorator that sets ``__module__`` of a class and its methods, or of a function.

    Documentation and saved models then do not depend on the file that contains them. The methods
    are included, because doctest skips methods that name another module than their class.
    """

    def decorate(public):
        public.__module__ = module
        for member in vars(public).values() if inspect.isclass(public) else ():
            function = getattr(member, "__func__", member)
            if inspect.isfunction(function):
                function.__module__ = module
        return public

    return decorate
