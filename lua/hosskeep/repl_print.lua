-- Values as text for a person: tables sorted, indented when a line is too short for them, with
-- limits of depth and length, and cycles told as such.

local printer = {}

local MOST_ITEMS = 200
local MOST_BYTES = 2000

local WORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
    return then true until while]]):gmatch "%a+" do
    WORDS[word] = true
end

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"' }

local function quote(text)
    local cut = #text > MOST_BYTES and string.format(" ... (%d bytes)", #text) or ""
    text = text:sub(1, MOST_BYTES)
    if not utf8.len(text) and #cut == 0 then
        text = text:gsub("[\x80-\xff]", function(c)
            return string.format("\\x%02x", c:byte())
        end)
        return '"' .. text:gsub('[%c"]', ESCAPES) .. '"'
    end
    text = text:gsub('[%c"\\]', function(c)
        return ESCAPES[c] or string.format("\\x%02x", c:byte())
    end)
    return '"' .. text .. '"' .. cut
end

local function describe_function(f)
    local info = debug.getinfo(f, "S")
    if info.what == "C" then
        return "function (C)"
    end
    return string.format("function (%s:%d)", info.short_src, info.linedefined)
end

local function plain(value)
    local kind = type(value)
    if kind == "string" then
        return quote(value)
    elseif kind == "function" then
        return describe_function(value)
    elseif kind == "number" and math.type(value) == "float" then
        return string.format("%.14g", value)
    elseif value == json.null then
        return "json.null"
    end
    return tostring(value)
end

-- Numbers first, then strings, then the rest.
local RANK = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
    local ra, rb = RANK[type(a)] or 4, RANK[type(b)] or 4
    if ra ~= rb then
        return ra < rb
    elseif ra <= 2 then
        return a < b
    end
    return tostring(a) < tostring(b)
end

local function sorted_keys(t)
    local keys = {}
    for key in next, t do
        keys[#keys + 1] = key
    end
    table.sort(keys, before)
    return keys
end

local function key_text(key, position)
    if key == position then
        return ""
    elseif type(key) == "string" and key:find "^[%a_][%w_]*$" and not WORDS[key] then
        return key .. " = "
    end
    return "[" .. plain(key) .. "] = "
end

local function has_tostring(t)
    local meta = debug.getmetatable(t)
    return type(meta) == "table" and rawget(meta, "__tostring") ~= nil
end

local function fits(items, room)
    local length = 4
    for _, item in ipairs(items) do
        length = length + #item + 2
        if item:find("\n", 1, true) then
            return false
        end
    end
    return length <= room
end

local format

local function items_of(t, state, depth)
    local items, position = {}, 1
    for i, key in ipairs(sorted_keys(t)) do
        if i > MOST_ITEMS then
            items[#items + 1] = "..."
            break
        end
        local name = key_text(key, position)
        position = name == "" and position + 1 or position
        items[#items + 1] = name .. format(rawget(t, key), state, depth + 1)
    end
    return items
end

local function format_table(t, state, depth)
    if state.open[t] then
        return "<cycle>"
    elseif next(t) == nil then
        return "{}"
    elseif depth >= state.depth then
        return "{...}"
    end
    state.open[t] = true
    local items = items_of(t, state, depth)
    state.open[t] = nil
    if fits(items, state.width - 2 * depth) then
        return "{ " .. table.concat(items, ", ") .. " }"
    end
    local indent = string.rep("  ", depth + 1)
    return "{\n" .. indent .. table.concat(items, ",\n" .. indent) .. "\n"
        .. string.rep("  ", depth) .. "}"
end

function format(value, state, depth)
    if type(value) ~= "table" then
        return plain(value)
    elseif has_tostring(value) then
        return tostring(value)
    end
    return format_table(value, state, depth)
end

--- The text of a value. Options: depth (3), width (80). Secrets are masked.
function printer.text(value, options)
    options = options or {}
    local state = { depth = options.depth or 3, width = options.width or 80, open = {} }
    return log.mask(format(value, state, 0))
end

--- The text of what was raised.
function printer.error(err)
    if type(err) == "string" or (type(err) == "table" and has_tostring(err)) then
        return tostring(err)
    end
    return "(" .. type(err) .. ") " .. printer.text(err)
end

return printer
