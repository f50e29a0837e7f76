---@meta

--- JSON without loss: 64-bit integers stay, json.null is null, empty arrays and objects keep their
--- kind. What the standard does not allow raises kind "json". Since 0.3.0.
---@class json
---@field null userdata the value null
json = {}

--- The value of a JSON text.
--- > assert(json.decode('{"a":[1,null]}').a[2] == json.null)
---@param text string
---@return any
function json.decode(text) end

--- A value as JSON, keys sorted.
--- > assert(json.encode { b = 1, a = true } == '{"a":true,"b":1}')
---@param value any
---@param options? table indent=false
---@return string
function json.encode(value, options) end

--- Marks a table as an array, so that an empty one prints as [].
--- > assert(json.encode(json.array {}) == "[]")
---@param t? table
---@return table
function json.array(t) end

--- Marks a table as an object.
--- > assert(json.encode(json.object {}) == "{}")
---@param t? table
---@return table
function json.object(t) end
