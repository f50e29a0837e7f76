-- Values of settings: text from a file, the .env or the command line made into the declared type.

local values = {}

local SIZE = {
    [""] = 1, B = 1,
    K = 1024, KB = 1024, KIB = 1024,
    M = 1024 ^ 2, MB = 1024 ^ 2, MIB = 1024 ^ 2,
    G = 1024 ^ 3, GB = 1024 ^ 3, GIB = 1024 ^ 3,
    T = 1024 ^ 4, TB = 1024 ^ 4, TIB = 1024 ^ 4,
}

local SECONDS = {
    [""] = 1, s = 1, sec = 1, second = 1, seconds = 1,
    m = 60, min = 60, minute = 60, minutes = 60,
    h = 3600, hour = 3600, hours = 3600,
    d = 86400, day = 86400, days = 86400,
    w = 604800, week = 604800, weeks = 604800,
}

local BOOLEAN = {
    ["true"] = true, yes = true, on = true, ["1"] = true,
    ["false"] = false, no = false, off = false, ["0"] = false,
}

local read = {}

function read.integer(value)
    local number = math.tointeger(tonumber(value))
    if not number then
        return nil, "an integer"
    end
    return number
end

function read.size(value)
    local number, unit = tostring(value):match "^%s*(%d+%.?%d*)%s*(%a*)%s*$"
    local factor = unit and SIZE[unit:upper()]
    if not factor then
        return nil, "a size such as 64 MiB"
    end
    return math.floor(tonumber(number) * factor)
end

function read.duration(value)
    local total, rest = 0, tostring(value)
    repeat
        local number, unit, after = rest:match "^%s*(%d+%.?%d*)%s*(%a*)%s*(.*)$"
        local factor = unit and SECONDS[unit:lower()]
        if not factor then
            return nil, "a duration such as 90, 15 min or 1h30m"
        end
        total, rest = total + tonumber(number) * factor, after
    until rest == ""
    return math.tointeger(total) or total
end

function read.string(value)
    if type(value) == "table" or type(value) == "boolean" then
        return nil, "a text"
    end
    return tostring(value)
end

function read.command(value)
    if type(value) ~= "string" or value == "" then
        return nil, "a command line for sh -c"
    end
    return value
end

function read.boolean(value)
    if type(value) == "boolean" then
        return value
    end
    local known = BOOLEAN[tostring(value):lower()]
    if known == nil then
        return nil, "yes or no"
    end
    return known
end

function read.list(value)
    if type(value) == "table" then
        return value
    end
    local list = {}
    for item in tostring(value):gmatch "[^,]+" do
        item = item:match "^%s*(.-)%s*$"
        if item ~= "" then
            list[#list + 1] = item
        end
    end
    return list
end

function read.choice(value, declaration)
    for _, allowed in ipairs(declaration.values) do
        if allowed == value then
            return value
        end
    end
    return nil, "one of " .. table.concat(declaration.values, ", ")
end

--- The known types, sorted.
values.types = { "boolean", "choice", "command", "duration", "integer", "list", "size", "string" }

local function range_text(declaration)
    local unit = declaration.unit and " " .. declaration.unit or ""
    local least, most = declaration.least, declaration.most
    if least and most then
        return string.format("between %s and %s%s", least, most, unit)
    elseif least then
        return string.format("at least %s%s", least, unit)
    end
    return string.format("at most %s%s", most, unit)
end

--- The value in its declared type, or nil and what it has to be.
function values.read(declaration, value)
    local result, expected = read[declaration.type](value, declaration)
    if result == nil then
        return nil, expected
    end
    if type(result) == "number" then
        local low = declaration.least and result < declaration.least
        local high = declaration.most and result > declaration.most
        if low or high then
            return nil, range_text(declaration)
        end
    end
    return result
end

--- A value as a settings file would say it.
function values.show(value)
    if value == nil then
        return "-"
    elseif type(value) == "string" then
        return string.format("%q", value):gsub("\\\n", "\\n")
    elseif type(value) ~= "table" then
        return tostring(value)
    end
    local parts = {}
    for _, item in ipairs(value) do
        parts[#parts + 1] = values.show(item)
    end
    local keys = {}
    for key in pairs(value) do
        if type(key) == "string" then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys)
    for _, key in ipairs(keys) do
        parts[#parts + 1] = key .. " = " .. values.show(value[key])
    end
    return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or "{}"
end

return values
