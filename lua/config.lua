-- hosskeep config [PROCEDURE]: the settings that hold, and where each value comes from.

local command = require "hosskeep.command"
local failure = require "hosskeep.failure"
local main = require "hosskeep.main"
local environment = require "hosskeep.environment"
local options = require "hosskeep.options"
local places = require "hosskeep.places"
local values = require "hosskeep.values"

local function settle(given)
    local p = command.procedure(given.args[1] or "backup")
    main.assign_options(p, given)
    local path = places.compute(places.config_dir(given.config_dir)).env
    local text = fs.read(path)
    if text then
        local _, list = environment.parse(text, path)
        p.settings:read_env(list, path)
    end
    return p.settings:resolve()
end

local function keys_of(store)
    local keys, seen = {}, {}
    for _, name in ipairs(store.order) do
        keys[#keys + 1], seen[name] = name, true
    end
    local further = {}
    for key in pairs(store.current) do
        if not seen[key] then
            further[#further + 1] = key
        end
    end
    table.sort(further)
    table.move(further, 1, #further, #keys + 1, keys)
    return keys
end

local function as_json(store)
    local list = {}
    for index, key in ipairs(keys_of(store)) do
        local declared = store:declaration(key) or {}
        list[index] = { name = key, value = store.current[key], origin = store:origin(key),
            type = declared.type, unit = declared.unit, help = declared.help,
            default = declared.default }
    end
    log.out(json.encode(json.array(list), { indent = true }) .. "\n")
end

local function as_text(store)
    local rows = { { "SETTING", "VALUE", "FROM", "WHAT IT IS" } }
    for _, key in ipairs(keys_of(store)) do
        local declared = store:declaration(key) or {}
        local unit = declared.unit and string.format(" (%s)", declared.unit) or ""
        rows[#rows + 1] = { key, values.show(store.current[key]), store:origin(key) or "-",
            (declared.help or "") .. unit }
    end
    command.table(rows)
end

local function run(given)
    local store = settle(given)
    local wanted = given.get
    if wanted then
        if not store:declaration(wanted) and store.current[wanted] == nil then
            failure.raise(failure.USAGE, "%s", require("hosskeep.names").unknown("setting", wanted,
                store.order))
        end
        local value = store.current[wanted]
        log.out((type(value) == "string" and value or values.show(value)) .. "\n")
    elseif given.json then
        as_json(store)
    else
        as_text(store)
    end
    return 0
end

local OWN = {
    { long = "get", value = "KEY", help = "print the value of one setting only" },
}
for _, declaration in ipairs(options.COMMON) do
    local name = declaration.long
    if name == "config-dir" or name == "set" or name == "json" or declaration.setting then
        OWN[#OWN + 1] = declaration
    end
end

return command.main({
    name = "config",
    summary = "Prints the settings that hold, and where each value comes from.",
    arguments = { { name = "PROCEDURE", help = "whose settings (default backup)" } },
    options = OWN,
    run = run,
}, ...)
