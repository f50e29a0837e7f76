-- settings.lua, the file in which a site sets values. Each line says one:
--
--   postgres.jobs = 4
--   start.command = "make -C /opt/hoss/server up DETACH=true"
--   volumes.extra = { { name = "plugins", volume = "server_plugins" } }
--
-- The file is Lua, but sees no functions: only names to be set. Each value remembers its line.

local dropins = require "hosskeep.dropins"
local failure = require "hosskeep.failure"
local origin = require "hosskeep.origin"

local settings_file = {}
origin.hide()

local function branch(assign, prefix)
    local children = {}
    return setmetatable({}, {
        __index = function(_, key)
            local path = prefix .. tostring(key)
            children[path] = children[path] or branch(assign, path .. ".")
            return children[path]
        end,
        __newindex = function(_, key, value)
            assign(prefix .. tostring(key), value)
        end,
        __call = function()
            error(prefix:gsub("%.$", "") .. " is no function: a settings file only sets values", 2)
        end,
    })
end

--- Runs a loaded chunk and hands each `key = value` to assign(key, value, "file:line").
function settings_file.run(chunk, assign)
    local env = branch(function(key, value)
        assign(key, value, (origin.caller()))
    end, "")
    debug.setupvalue(chunk, 1, env)
    return chunk()
end

local function read_one(store, path, strength)
    local ok, err = pcall(function()
        local result = settings_file.run(hosskeep.load(path), function(key, value, where)
            store:assign("file", key, value, where, strength)
        end)
        if result ~= nil then
            failure.raise(failure.USAGE, "%s: returns a value; write lines such as project = %q",
                path, "server")
        end
    end)
    if not ok then
        if failure.signal(err) then
            error(err, 0)
        end
        local text = failure.text(err)
        local place = text:find(path, 1, true) and "" or path .. ": "
        failure.raise(failure.USAGE, "%s%s", place, text)
    end
end

--- Reads settings.lua of every folder of the search path, the weakest first.
function settings_file.read_all(store)
    local folders = dropins.folders()
    for index = #folders, 1, -1 do
        local path = fs.join(folders[index], "settings.lua")
        if fs.stat(path) then
            read_one(store, path, #folders - index + 1)
        end
    end
end

return settings_file
