-- The server's .env: read as docker-compose reads it; what looks like a secret is masked in all
-- output from then on.

local failure = require "hosskeep.failure"

local environment = {}

local SECRET = { "PASS", "SECRET", "TOKEN", "KEY", "COOKIE", "CREDENTIAL", "PRIVATE", "SALT" }

-- Whole words only: PAT is a personal access token, PATH is not.
local SECRET_WORDS = { PAT = true, PW = true, PWD = true, JWT = true, DSN = true }

-- Values that are no secret under any name, and would make a mess of every message.
local HARMLESS = { ["true"] = true, ["false"] = true, none = true, null = true }

--- True when a variable of that name most likely holds a secret.
function environment.looks_secret(name)
    local upper = name:upper()
    for _, part in ipairs(SECRET) do
        if upper:find(part, 1, true) then
            return true
        end
    end
    for word in upper:gmatch "[^_]+" do
        if SECRET_WORDS[word] then
            return true
        end
    end
    return false
end

--- True when the value itself can be a secret: not a path, a number below 10^6, or a plain word.
function environment.can_be_secret(value)
    if #value < 4 or HARMLESS[value:lower()] then
        return false
    end
    local is_path = value:find "^~?/[%w%._/-]*$"
    local is_small = value:find "^%d+$" and #value < 6
    return not (is_path or is_small)
end

--- Registers the secrets of a parsed .env, and those inside URLs, with the log's mask.
function environment.hide_secrets(env)
    for name, value in pairs(env) do
        if environment.looks_secret(name) and environment.can_be_secret(value) then
            log.secret(value)
        end
        local inside = value:match "^%a[%w+.-]*://[^/@%s]*:([^/@%s]+)@"
        if inside then
            log.secret(inside)
        end
    end
end

--- Parses the text of an .env; secrets are masked from here on. Returns map and list.
function environment.parse(text, path)
    local ok, map, list = pcall(env.parse, text)
    if not ok then
        if failure.kind(map) == "env" then
            failure.raise(failure.PRECONDITION, "%s:%s: %s", path, map.code or "?",
                map.message or failure.text(map))
        end
        error(map, 0)
    end
    environment.hide_secrets(map)
    return map, list
end

--- The words of SERVICES as a set, or nil when the line is missing or empty.
function environment.services(map)
    local line = map.SERVICES
    if not line or not line:find "%S" then
        return nil
    end
    local set = {}
    for word in line:gmatch "[^%s,]+" do
        set[word] = true
    end
    return set
end

--- The URL of the server as .env tells it, without a slash at the end.
function environment.endpoint(map)
    local host = map and map.EXTERNAL_HOSTNAME
    if not host or host == "" then
        return "http://localhost"
    end
    if not host:find "^%a[%w+.-]*://" then
        host = "http://" .. host
    end
    return (host:gsub("/+$", ""))
end

return environment
