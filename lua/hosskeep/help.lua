-- help(): what the annotations in lua/meta/ say about a module, a function or a method.
--
-- The annotations are the only place where the interface is described: editors read them as they
-- are, and help(), the reference and the linter's list of globals are made from them. A block of
-- "---" lines belongs to the `function NAME(...) end` below it; lines "--- > code" are its example.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"

local help = {}

--- The modules that the host gives every script, in the order in which they are told.
help.modules = {
    "docker", "http", "archive", "stream", "fs", "json", "env", "hash", "time", "process", "log",
    "hosskeep", "procedure", "ctx", "report", "settings", "helpers", "journal", "failure",
    "project",
}

local function new_block()
    return { text = {}, example = {}, params = {}, returns = {}, fields = {} }
end

local function take_comment(block, line)
    local tag, rest = line:match "^%-%-%-@(%w+)%s*(.*)$"
    if tag == "param" then
        local name, what = rest:match "^(%S+)%s*(.*)$"
        table.insert(block.params, { name = name, text = what })
    elseif tag == "return" then
        table.insert(block.returns, rest)
    elseif tag == "class" then
        block.class = rest:match "^%S+"
    elseif tag == "field" then
        table.insert(block.text, "." .. rest)
        table.insert(block.fields, rest:match "^%S+")
    elseif not tag then
        local code = line:match "^%-%-%- > ?(.*)$"
        local text = line:match "^%-%-%- ?(.*)$"
        table.insert(code and block.example or block.text, code or text)
    end
end

local function item_of(block, name, arguments)
    return {
        name = name:gsub(":", "."),
        signature = name .. "(" .. arguments .. ")",
        text = table.concat(block.text, "\n"),
        example = #block.example > 0 and table.concat(block.example, "\n") or nil,
        params = block.params,
        returns = block.returns,
    }
end

--- The items in the text of one annotation file: functions with signature, text, params, returns
--- and example; and the {text, fields} of the module itself.
function help.parse(text)
    local items, block, module = {}, new_block(), nil
    for line in text:gmatch "([^\n]*)\n?" do
        local name, arguments = line:match "^function ([%w_.:]+)%((.-)%) end"
        if line:find "^%-%-%-" and line ~= "---@meta" then
            take_comment(block, line)
        elseif name then
            items[#items + 1] = item_of(block, name, arguments)
            block = new_block()
        else
            if block.class and not module then
                module = { text = table.concat(block.text, "\n"), fields = block.fields }
            end
            block = new_block()
        end
    end
    return items, module
end

local function read(module)
    local place, text = hosskeep.find("meta/" .. module .. ".lua")
    if not place then
        failure.raise(failure.BUG, "no annotations for %s", module)
    end
    return text
end

-- "pid = {}, uid = {}": the fields of a module as luacheck wants them; nil when it has none.
local function fields_of(about)
    local list = {}
    for _, name in ipairs(about and about.fields or {}) do
        list[#list + 1] = name .. " = " .. (name == "level" and "{ read_only = false }" or "{}")
    end
    return #list > 0 and table.concat(list, ", ") or nil
end

--- Everything that is annotated: list of items in order, items by name, texts of modules.
function help.all()
    if not help.known then
        local known = { list = {}, by_name = {}, modules = {}, fields = {} }
        for _, module in ipairs(help.modules) do
            local items, about = help.parse(read(module))
            known.modules[module] = about and about.text or ""
            known.fields[module] = fields_of(about)
            for _, item in ipairs(items) do
                item.module = module
                table.insert(known.list, item)
                known.by_name[item.name] = item
            end
        end
        help.known = known
    end
    return help.known
end

local function item_text(item)
    local lines = { item.signature, item.text }
    for _, param in ipairs(item.params) do
        lines[#lines + 1] = string.format("  %-14s %s", param.name, param.text)
    end
    for _, value in ipairs(item.returns) do
        lines[#lines + 1] = "  returns        " .. value
    end
    if item.example then
        lines[#lines + 1] = "example:"
        lines[#lines + 1] = "  " .. item.example:gsub("\n", "\n  ")
    end
    return table.concat(lines, "\n")
end

local function module_text(known, module)
    local lines = { module, known.modules[module], "" }
    for _, item in ipairs(known.list) do
        if item.module == module then
            local first = item.text:match "^[^\n]*"
            lines[#lines + 1] = string.format("  %-52s %s", item.signature, first)
        end
    end
    return table.concat(lines, "\n")
end

-- Names under which a value is reachable: functions of modules and methods of handles.
local function name_of(value)
    for _, module in ipairs(help.modules) do
        local t = rawget(_G, module)
        if t == value then
            return module
        end
        for key, fn in pairs(type(t) == "table" and t or {}) do
            if fn == value then
                return module .. "." .. tostring(key)
            end
        end
    end
    local meta = debug.getmetatable(value)
    return type(meta) == "table" and type(meta.__name) == "string" and meta.__name or nil
end

local function overview()
    return "help(x) or help \"docker.exec\" tells about: " .. table.concat(help.modules, ", ")
end

local function methods_of(known, prefix)
    local lines = {}
    for _, item in ipairs(known.list) do
        if item.name:sub(1, #prefix + 1) == prefix .. "." then
            lines[#lines + 1] = string.format("  %-52s %s", item.signature,
                item.text:match "^[^\n]*")
        end
    end
    return #lines > 0 and prefix .. "\n" .. table.concat(lines, "\n") or nil
end

--- The text about a name ("docker.connect", "docker") or a value; raises when nothing is known.
function help.text(what)
    if what == nil then
        return overview()
    end
    local known = help.all()
    local name = type(what) == "string" and what:gsub(":", ".") or name_of(what)
    if name and known.by_name[name] then
        return item_text(known.by_name[name])
    elseif name and known.modules[name] then
        return module_text(known, name)
    end
    local methods = name and methods_of(known, name)
    if methods then
        return methods
    end
    failure.raise(failure.USAGE, "%s",
        names.unknown("help", name or type(what), help.modules))
end

-- help(x) and help "docker.exec" print; as the prompt offers it.
return setmetatable(help, {
    __call = function(_, what)
        log.out(help.text(what) .. "\n")
    end,
})
