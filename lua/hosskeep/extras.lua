-- What a site adds by a line in its settings: further volumes, as data.
--
--   volumes.extra = { "server_plugins",
--       { name = "wiki", volume = "wiki_data", service = "wiki", pause = true } }
--
-- They are backed up, verified and restored by the same code as the stock ones.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"

local extras = {}

local FIELDS = { "name", "volume", "service", "pause" }

local function refuse(fmt, ...)
    failure.raise(failure.USAGE, "volumes.extra: " .. fmt, ...)
end

local function read(one)
    if type(one) == "string" then
        one = { volume = one }
    elseif type(one) ~= "table" then
        refuse("a name or {volume=NAME, ...}, not a %s", type(one))
    end
    local ok, err = pcall(names.check_keys, "field", one, FIELDS, 0)
    if not ok then
        refuse("%s", err)
    end
    if type(one.volume) ~= "string" or not one.volume:find "^[%w][%w_.-]*$" then
        refuse("volume = NAME is missing, or no name of a volume")
    end
    local key = one.name or one.volume
    if type(key) ~= "string" or not key:find "^[%w][%w_.-]*$" then
        refuse("%s: a name of letters, digits, dot, hyphen and underscore", tostring(key))
    end
    if one.pause and not one.service then
        refuse("%s: pause = true needs service = NAME", key)
    end
    return {
        key = key, volume = one.volume, service = one.service, pause = one.pause, extra = true,
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
        kinds[index] = read(one)
        local key = kinds[index].key
        if seen[key] then
            refuse("%s is there twice", key)
        end
        seen[key] = true
    end
    return kinds
end

return extras
