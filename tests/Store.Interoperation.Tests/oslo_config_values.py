"""Prints every option of oslo.config's files as JSON: SECTION.NAME to its text with everything put in place, or to null where that fails.

FILE DIRECTORY SECTION.NAME... (a name that ends with "*" is one that may be repeated)
"""
import json
import sys

from oslo_config import cfg


def main(file, directory, *names):
    conf = cfg.ConfigOpts()
    for name in names:
        section, option = name.split(".", 1)
        kind = cfg.MultiStrOpt if option.endswith("*") else cfg.StrOpt
        conf.register_opt(kind(option.rstrip("*")), group=None if section == "DEFAULT" else section)
    conf(["--config-file", file, "--config-dir", directory], project="vectors", default_config_files=[], default_config_dirs=[])
    values = {}
    for name in names:
        section, option = name.rstrip("*").split(".", 1)
        try:
            values[name] = getattr(conf if section == "DEFAULT" else conf[section], option)
        except Exception:  # what cannot be put in place has many names
            values[name] = None
    print(json.dumps(values))


main(*sys.argv[1:])
