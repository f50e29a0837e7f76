-- Puts only the directory back into a running server, from an archive:
--   hosskeep run restore-ldap.lua ARCHIVE [PROJECT]
local path, project = ...
local a <close> = archive.open(path)
a:verify()
local ldap = assert(docker.connect():service(project or "server", "ldap"), "no container of ldap")
local FOLDERS = { ["ldap-vol0"] = "var/lib/ldap", ["ldap-vol1"] = "etc/ldap/slapd.d" }
ldap:exec { "find", "/var/lib/ldap", "/etc/ldap/slapd.d", "-type", "f", "-delete" }
ldap:kill()
for entry in a:entries() do
    local below = FOLDERS[entry.name:match "^volumes/(ldap%-vol%d)/?$" or ""]
    local writer <close> = below and ldap:upload "/" or stream.null()
    if below then a:copy_tar(entry.name:gsub("/$", ""), writer, { below = below }) end
    writer:close()
end
ldap:start()
