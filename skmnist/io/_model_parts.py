"""The objects that a model contains, found through attributes, containers and object arrays."""

from types import ModuleType

from skmnist.network._arrays import is_numpy


def parts_of(model):
    """Yield the model and each object that it contains, each only once."""
    todo, seen = [model], set()
    while todo:
        part = todo.pop()
        if id(part) not in seen:
            seen.add(id(part))
            todo.extend(_contents(part))
            yield part


def contains_itself(model):
    """Return whether any object in a model contains itself, directly or through other objects."""
    todo, above, seen = [(model, False)], set(), set()
    while todo:
        part, is_done = todo.pop()
        if is_done:
            above.discard(id(part))
        elif id(part) in above:
            return True
        elif id(part) not in seen:
            seen.add(id(part))
            above.add(id(part))
            todo.append((part, True))
            todo.extend((each, False) for each in _contents(part))
    return False


def _contents(part):
    """Return what an object contains; modules and types are stored in a file by name only."""
    if isinstance(part, dict):
        return part.values()
    if isinstance(part, list | tuple | set):
        return part
    if is_numpy(part):
        return part.ravel().tolist() if part.dtype == object else ()
    attributes = None if isinstance(part, type | ModuleType) else getattr(part, "__dict__", None)
    return attributes.values() if isinstance(attributes, dict) else ()
