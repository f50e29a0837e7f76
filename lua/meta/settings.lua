---@meta

--- Settings: p.settings of a procedure. Values come in layers; ctx.settings has those that hold.
--- Since 0.3.0.
---@class settings
settings = {}

--- A store, with the stock declarations or others.
--- > local s = settings.new { { name = "site.url", default = "x", help = "where to" } }
--- > assert(s:get "site.url" == "x")
---@param declarations? table[]
---@return settings
function settings.new(declarations) end

--- Declares a setting, or a list of them: name, type (integer, size, duration, string, boolean,
--- list, choice, command), default, unit, help, least, most, values.
--- > p.settings:declare { name = "site.copies", type = "integer", default = 1, least = 1 }
---@param declaration table
---@return settings
function settings:declare(declaration) end

--- The declaration of a key, or nil.
--- > assert(p.settings:declaration("postgres.jobs").type == "integer")
---@param key string
---@return table?
function settings:declaration(key) end

--- Sets a value in a drop-in; .env and the command line overrule it.
--- > p.settings:set("ldap.pause", false)
---@param key string
---@param value any
---@return settings
function settings:set(key, value) end

--- The value that holds; an unknown key raises.
--- > assert(p.settings:get "project" == "server")
---@param key string
---@return any
function settings:get(key) end

--- Where a value comes from: "stock", "file:line", "--set KEY".
--- > p.settings:resolve()
--- > assert(p.settings:origin "project" == "stock")
---@param key string
---@return string?
function settings:origin(key) end

--- Checks all values and settles which ones hold.
--- > p.settings:resolve()
---@return settings
function settings:resolve() end

--- The values that hold, as ctx.settings has them: read only, unknown keys raise.
--- > assert(p.settings:effective().project == "server")
---@return table<string, any>
function settings:effective() end

--- Notes a value of a layer: "file", "dropin", "env" or "command".
--- > p.settings:assign("command", "project", "two", "--project")
---@param layer string
---@param key string
---@param value any
---@param where string
---@param strength? integer orders files among each other
function settings:assign(layer, key, value, where, strength) end

--- Drops the values of a layer.
--- > p.settings:forget "env"
---@param layer string
function settings:forget(layer) end

--- Takes the HOSSKEEP_* lines of a parsed .env.
--- > p.settings:read_env({ { key = "HOSSKEEP_PROJECT", value = "two", line = 1 } }, ".env")
---@param list table[]
---@param file string
function settings:read_env(list, file) end
