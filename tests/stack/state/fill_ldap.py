"""Seeds OpenLDAP: people and groups with non-ASCII, binary and long values."""

import base64
import hashlib


def value(name, data):
    """One LDIF line, always base64: any byte may be in it."""
    if isinstance(data, str):
        data = data.encode()
    return f"{name}:: {base64.b64encode(data).decode()}"


def entries(base, count):
    for unit in ("Leute", "Gruppen mit, Komma"):
        name = unit.replace(",", "\\,")
        yield [value("dn", f"ou={name},{base}"), "objectClass: organizationalUnit",
               value("ou", unit), value("description", f"«{unit}»")]
    for i in range(count):
        photo = b"".join(hashlib.sha256(b"%d-%d" % (i, k)).digest() for k in range(40))
        digest = hashlib.sha1(b"pw%dsalt" % i).digest()
        secret = base64.b64encode(digest + b"salt").decode()
        yield [value("dn", f"uid=nutzer{i},ou=Leute,{base}"), "objectClass: inetOrgPerson",
               value("uid", f"nutzer{i}"), value("cn", f"Jürgen Ünal {i}"), value("sn", "Ünal"),
               value("mail", f"nutzer{i}@example.org"), value("description", " führend, \n#"),
               value("jpegPhoto", photo), value("userPassword", "{SSHA}" + secret)]
    lines = [value("dn", f"cn=alle,ou=Gruppen mit\\, Komma,{base}"),
             "objectClass: groupOfNames", "cn: alle"]
    lines += [value("member", f"uid=nutzer{i},ou=Leute,{base}") for i in range(count)]
    yield lines


def base_of(site):
    explicit = site.env.get("LDAP_BASE_DN")
    domain = site.env.get("LDAP_DOMAIN", "example.org")
    return explicit or ",".join(f"dc={part}" for part in domain.split("."))


def seed(site, sizes):
    base = base_of(site)
    text = "\n\n".join("\n".join(entry) for entry in entries(base, sizes["people"])) + "\n"
    # The password goes in by a file that only this script can read, not by argv.
    script = ('f=$(mktemp) && printf %s "$SEED_PASSWORD" >"$f" && '
              'ldapadd -x -H ldap://localhost -D "$1" -y "$f"; r=$?; rm -f "$f"; exit $r')
    site.run("ldap", ["sh", "-c", script, "-", f"cn=admin,{base}"], data=text.encode(),
             secret={"SEED_PASSWORD": site.env.get("LDAP_ADMIN_PASSWORD", "")})
    return f"ldap: {sizes['people']} people"
