"""Prints what is in OpenLDAP: every entry of the data and of cn=config, as slapcat gives them."""

CONFIG = "/etc/ldap/slapd.d"


def unfolded(text):
    return text.replace("\n ", "").splitlines()


def entries(site, number):
    # As root it can keep a slapd that is just starting from its start.
    out = site.run("ldap", ["slapcat", "-F", CONFIG, "-n", str(number), "-o", "ldif-wrap=no"],
                   user="openldap")
    name = ""
    for line in unfolded(out.decode()):
        if line.startswith(("dn:", "dn::")):
            name = line
        elif not line:
            name = ""
        elif name and not line.startswith("#"):
            yield name, line


def facts(site):
    # entryUUID, entryCSN and times stay as they are when volumes are copied, so they count.
    for number, title in ((1, "data"), (0, "config")):
        for name, line in entries(site, number):
            yield f"ldap {title} {name} {line}"
