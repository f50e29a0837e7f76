-- What a site adds by a line in its settings: further volumes, folders and Postgres containers, as
-- data.
--
--   volumes.extra = { "server_plugins",
--       { name = "wiki", volume = "wiki_data", service = "wiki", pause = true },
--       { name = "uploads", service = "web", path = "/var/uploads" },
--       { name = "tls", folder = "/etc/site/tls" } }
--   postgres.extra = { "wiki-db", { service = "shop-db", user = "shop" } }
--
-- They are backed up, verified and restored by the same code as the stock ones.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"

local extras = {}

local VOLUME = { "name", "volume", "service", "path", "folder", "pause" }
local POSTGRES = { "name", "service", "user", "path" }

-- Where a further Postgres container has its dumps until they are in the archive.
local DUMPS = "/var/tmp"

local function refuse(setting, fmt, ...)
    failure.raise(failure.USAGE, setting .. ": " .. fmt, ...)
end

local function check_table(setting, one, fields)
    if type(one) ~= "table" then
        refuse(setting, "a name or a table {%s=, ...}, not a %s", fields[2], type(one))
    end
    local ok, err = pcall(names.check_keys, "field", one, fields, 0)
    if not ok then
        refuse(setting, "%s", err)
    end
end

local function check_key(setting, key, seen)
    if type(key) ~= "string" or not key:find "^[%w][%w_.-]*$" then
        refuse(setting, "%s: a name of letters, digits, dot, hyphen and underscore", tostring(key))
    elseif seen[key] then
        refuse(setting, "%s is there twice", key)
    end
    seen[key] = true
    return key
end

local function refuse_volume(fmt, ...)
    refuse("volumes.extra", fmt, ...)
end

-- A volume by its name, by where a service has it, or a folder of the host.
local function check_place(one)
    if one.folder ~= nil then
        if type(one.folder) ~= "string" or one.folder:sub(1, 1) ~= "/" then
            refuse_volume("folder = PATH must be absolute")
        end
    elseif one.path ~= nil then
        if type(one.service) ~= "string" or type(one.path) ~= "string" then
            refuse_volume("path = PATH needs service = NAME")
        end
    elseif type(one.volume) ~= "string" or not one.volume:find "^[%w][%w_.-]*$" then
        refuse_volume("volume = NAME is missing, or no name of a volume")
    end
end

local function read(one, seen)
    if type(one) == "string" then
        one = { volume = one }
    end
    check_table("volumes.extra", one, VOLUME)
    check_place(one)
    local key = check_key("volumes.extra", one.name or one.volume, seen)
    if one.pause and not one.service then
        refuse_volume("%s: pause = true needs service = NAME", key)
    end
    return {
        key = key, volume = one.volume, service = one.service, path = one.path,
        bind = one.folder, pause = one.pause, extra = true,
    }
end

--- The volumes of the setting volumes.extra as kinds for hosskeep.volumes; `taken` has the keys
--- that are in use. A mistake is a failure with exit code 2.
function extras.volumes(list, taken)
    local kinds, seen = {}, {}
    for _, kind in ipairs(taken or {}) do
        seen[kind.key] = true
    end
    for index, one in ipairs(list) do
        kinds[index] = read(one, seen)
    end
    return kinds
end

--- The Postgres containers of the setting postgres.extra as servers for hosskeep.postgres; `taken`
--- is a key that is in use. A mistake is a failure with exit code 2.
function extras.postgres(list, taken)
    local servers, seen = {}, { [taken or ""] = true }
    for index, one in ipairs(list) do
        if type(one) == "string" then
            one = { service = one }
        end
        check_table("postgres.extra", one, POSTGRES)
        if type(one.service) ~= "string" or one.service == "" then
            refuse("postgres.extra", "service = NAME is missing")
        end
        local key = check_key("postgres.extra", one.name or one.service, seen)
        servers[index] = {
            key = key, service = one.service, user = one.user, path = one.path or DUMPS,
            entry = "postgres/" .. key,
        }
    end
    return servers
end

return extras
