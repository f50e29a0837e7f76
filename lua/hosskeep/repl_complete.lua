-- What may stand at the cursor: names along a.b and a:b, option keys inside { }, commands and file
-- names behind ":". Nothing is called on the way: only raw fields and tables behind __index count.

local commands = require "hosskeep.repl_commands"

local complete = {}

local KEYWORDS = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function",
    "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until",
    "while" }

-- The table behind __index, also when a function of C looks things up in one.
local function index_of(value)
    local meta = debug.getmetatable(value)
    local index = type(meta) == "table" and rawget(meta, "__index") or nil
    if type(index) == "function" then
        local _, behind = debug.getupvalue(index, 1)
        index = behind
    end
    return type(index) == "table" and index or nil
end

-- Tables in which the members of a value are looked for, nearest first.
local function layers(value)
    local list, seen = {}, {}
    local at = type(value) == "table" and value or index_of(value)
    while at and not seen[at] do
        seen[at] = true
        list[#list + 1] = at
        at = index_of(at)
    end
    return list
end

local function member(value, name)
    for _, t in ipairs(layers(value)) do
        local found = rawget(t, name)
        if found ~= nil then
            return found
        end
    end
    return nil
end

local function add(found, seen, text)
    if not seen[text] then
        seen[text] = true
        found[#found + 1] = text
    end
end

local function members(value, prefix, start, only_functions)
    local found, seen = {}, {}
    for _, t in ipairs(layers(value)) do
        for key, item in next, t do
            if type(key) == "string" and key:sub(1, #start) == start
                and key:find "^[%a_][%w_]*$" and (start ~= "" or key:sub(1, 2) ~= "__")
                and (not only_functions or type(item) == "function") then
                add(found, seen, prefix .. key)
            end
        end
    end
    table.sort(found)
    return found
end

-- The value that a path such as "docker" or "a.b" stands for, without calling anything.
local function resolve(env, path)
    local value = env
    for name in path:gmatch "[^.:]+" do
        value = member(value, name)
        if value == nil then
            return nil
        end
    end
    return value
end

local function names(env, word)
    local path, sign, start = word:match "^([%a_][%w_.:]*)([.:])([%w_]*)$"
    if path then
        local value = resolve(env, path)
        return value ~= nil and members(value, path .. sign, start, sign == ":") or {}
    end
    local found = members(env, "", word, false)
    for _, keyword in ipairs(KEYWORDS) do
        if word ~= "" and keyword:sub(1, #word) == word then
            found[#found + 1] = keyword
        end
    end
    table.sort(found)
    return found
end

-- "f" when the cursor is inside the braces of f{...} or f(..., {...}).
local function open_call(line)
    local depth = 0
    for at = #line, 1, -1 do
        local c = line:sub(at, at)
        if c == "}" then
            depth = depth + 1
        elseif c == "{" and depth > 0 then
            depth = depth - 1
        elseif c == "{" then
            local before = line:sub(1, at - 1)
            return before:match "([%w_.:]+)%s*$" or before:match "([%w_.:]+)%s*%([^()]*$"
        end
    end
    return nil
end

-- The keys that the annotation of an option table names: "mode=384, replace, sync".
local function keys_of(text)
    local keys = {}
    text = text:gsub("%b()", ""):gsub("%b{}", "")
    for part in (text .. ","):gmatch "([^,:;]*)[,:;]" do
        local key = part:match "([%a_][%w_]*)%s*$" or part:match "([%a_][%w_]*)%s*="
        key = part:match "^.-([%a_][%w_]*)%s*=" or key
        if key then
            keys[#keys + 1] = key
        end
    end
    return keys
end

local function item_of(env, name)
    local help = require "hosskeep.help"
    local known = help.all().by_name
    local path, method = name:match "^(.-)[.:]([%w_]+)$"
    local item = known[(name:gsub(":", "."))]
    if item or not path then
        return item
    end
    local meta = debug.getmetatable(resolve(env, path))
    local kind = type(meta) == "table" and rawget(meta, "__name") or nil
    return kind and known[tostring(kind):match "[%w_]+$" .. "." .. method] or nil
end

local function option_keys(env, line, word)
    local name = not word:find "[.:]" and open_call(line:sub(1, #line - #word))
    local item = name and item_of(env, name)
    local found, seen = {}, {}
    for _, param in ipairs(item and item.params or {}) do
        local text = param.text:match "^table%s+(.*)$"
        for _, key in ipairs(text and keys_of(text) or {}) do
            if key:sub(1, #word) == word then
                add(found, seen, key)
            end
        end
    end
    return found
end

local function files(word)
    local folder, start = word:match "^(.*/)([^/]*)$"
    local found = {}
    for _, name in ipairs(try(fs.list, folder or ".") or {}) do
        if name:sub(1, #(start or word)) == (start or word) then
            local path = (folder or "") .. name
            local is = fs.stat(path)
            found[#found + 1] = path .. (is and is.type == "directory" and "/" or "")
        end
    end
    return found
end

local function command_words(line, word)
    local name = line:match "^%s*:(%w+)%s"
    if name then
        return commands.takes_file(name) and files(line:match "(%S*)$") or {}
    end
    local found = {}
    for _, known in ipairs(commands.names()) do
        if (":" .. known):sub(1, #word) == word then
            found[#found + 1] = ":" .. known
        end
    end
    return found
end

--- Candidates for the word that ends the line.
function complete.candidates(prompt, line, word)
    if line:find "^%s*:" then
        return command_words(line, word)
    end
    local keys = option_keys(prompt.env, line, word)
    return #keys > 0 and keys or names(prompt.env, word)
end

return complete
