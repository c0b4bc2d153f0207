"""What the scripts of OpenStack's clients share."""
import hashlib


def digest_of(path):
    with open(path, 'rb') as file:
        return hashlib.sha512(file.read()).hexdigest()


def failure_of(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception as error:
        return type(error).__name__
    return None
