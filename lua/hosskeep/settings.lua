-- Settings: declared keys with a type, a default and help; values in layers, each with the place
-- that it comes from.
--
-- Layers, weakest first: stock, settings.lua of each folder of the search path, drop-ins, the
-- HOSSKEEP_* lines of .env, the command line. Values are checked when all declarations are known.

local environment = require "hosskeep.environment"
local failure = require "hosskeep.failure"
local names = require "hosskeep.names"
local origin = require "hosskeep.origin"
local values = require "hosskeep.values"

local settings = {}
origin.hide()

local RANK = { stock = 0, file = 10, dropin = 50, env = 60, command = 70 }
local FIELDS = { "name", "type", "default", "unit", "help", "least", "most", "values" }

-- Names that .env or the environment may carry for other purposes than settings.
local RESERVED = { HOSSKEEP_SCRIPT_DIR = true }

local store = {}
settings.methods = store
local meta = { __index = store, __name = "settings" }

--- A store with the stock declarations.
function settings.new(declarations)
    local new = setmetatable({ declared = {}, order = {}, wild = {}, assigned = {} }, meta)
    return new:declare(declarations or require "hosskeep.settings_stock")
end

local function check_declaration(one)
    names.check_keys("field of a setting", one, FIELDS, 4)
    if type(one.name) ~= "string" or not one.name:find "^[%l][%w._-]*%*?$" then
        failure.raise(failure.USAGE, "%s: a setting needs a name such as site.key",
            (origin.caller()))
    end
    one.type = one.type or "string"
    for _, known in ipairs(values.types) do
        if known == one.type then
            return
        end
    end
    failure.raise(failure.USAGE, "%s: %s", (origin.caller()),
        names.unknown("type of a setting", one.type, values.types))
end

--- Declares one setting or a list of them; one that is declared already is kept as it is.
function store:declare(list)
    if list.name then
        list = { list }
    end
    for _, given in ipairs(list) do
        local one = {}
        for key, value in pairs(given) do
            one[key] = value
        end
        check_declaration(one)
        if not self.declared[one.name] then
            self.declared[one.name] = one
            self.order[#self.order + 1] = one.name
            local prefix = one.name:match "^(.*)%*$"
            if prefix then
                self.wild[prefix] = one
            end
        end
    end
    return self
end

--- The declaration for a key (also by a wildcard such as env.*), or nil.
function store:declaration(key)
    if self.declared[key] then
        return self.declared[key]
    end
    for prefix, one in pairs(self.wild) do
        if #key > #prefix and key:sub(1, #prefix) == prefix then
            return one
        end
    end
    return nil
end

--- Notes a value; it is checked by resolve(). `strength` orders files among each other.
function store:assign(layer, key, value, where, strength)
    self.assigned[#self.assigned + 1] = {
        key = key, value = value, origin = where, rank = RANK[layer] + (strength or 0),
        layer = layer,
    }
end

--- For drop-ins: sets a value, to be overruled only by .env and the command line.
function store:set(key, value)
    self:assign("dropin", key, value, (origin.caller()))
    return self
end

--- Drops the values of a layer (before it is read again).
function store:forget(layer)
    local kept = {}
    for _, one in ipairs(self.assigned) do
        if one.layer ~= layer then
            kept[#kept + 1] = one
        end
    end
    self.assigned = kept
end

local function variable_of(key)
    return "HOSSKEEP_" .. key:upper():gsub("[.-]", "_")
end

--- Takes the HOSSKEEP_* lines of a parsed .env; `list` has {key, value, line}, `file` its name.
function store:read_env(list, file)
    self:forget "env"
    local by_variable, all = {}, {}
    for _, name in ipairs(self.order) do
        by_variable[variable_of(name)] = name
        all[#all + 1] = variable_of(name)
    end
    for _, entry in ipairs(list) do
        if entry.key:find "^HOSSKEEP_" and not RESERVED[entry.key] then
            local where = string.format("%s:%s", file, entry.line or "?")
            local key = by_variable[entry.key]
            if not key and not entry.key:find "^HOSSKEEP_SITE_" then
                failure.raise(failure.USAGE, "%s: %s", where,
                    names.unknown("setting", entry.key, all))
            end
            self:assign("env", key or entry.key:sub(10):lower():gsub("_", ".", 1),
                entry.value, where)
        end
    end
end

local function check_assigned(self, one)
    local declaration = self:declaration(one.key)
    if not declaration then
        if one.key:find "^site%." then
            return one.value
        end
        failure.raise(failure.USAGE, "%s: %s", one.origin,
            names.unknown("setting", one.key, self.order))
    end
    local value, expected = values.read(declaration, one.value)
    if value == nil then
        failure.raise(failure.USAGE, "%s: %s must be %s, not %s", one.origin, one.key,
            expected, values.show(one.value))
    end
    return value
end

--- Checks all values and settles which one holds. Raises a failure that names the place.
function store:resolve()
    self.current, self.from = {}, {}
    local rank = {}
    for _, one in ipairs(self.assigned) do
        local value = check_assigned(self, one)
        if type(value) == "string" then
            environment.hide_secrets { [one.key] = value }
        end
        if one.rank >= (rank[one.key] or 0) then
            rank[one.key], self.current[one.key] = one.rank, value
            self.from[one.key] = one.origin
        end
    end
    for _, name in ipairs(self.order) do
        if self.current[name] == nil and self.declared[name].default ~= nil then
            self.current[name] = self.declared[name].default
            self.from[name] = "stock"
        end
    end
    return self
end

--- The value that holds for a key; raises when there is no such setting.
function store:get(key)
    if not self.current then
        self:resolve()
    end
    local value = self.current[key]
    if value == nil and not self:declaration(key) and not key:find "^site%." then
        error(failure.new(failure.USAGE, "%s", names.unknown("setting", key, self.order)), 2)
    end
    return value
end

--- Where the value of a key comes from: "stock", "file:line", "--set", or nil.
function store:origin(key)
    return self.from and self.from[key]
end

--- A read-only table of the values that hold, by dotted key; pairs() walks those that are set.
function store:effective()
    return setmetatable({}, {
        __index = function(_, key)
            return self:get(key)
        end,
        __newindex = function(_, key)
            error(string.format("settings are read only here (%s)", tostring(key)), 2)
        end,
        __pairs = function()
            return next, self.current, nil
        end,
    })
end

return settings
