-- The annotations in lua/meta against what there is, both ways.

local help = require "hosskeep.help"

-- The prefix of methods in the annotations, and the metatable's name in the registry.
local HANDLES = {
    client = "docker", container = "container", events = "events", reader = "reader",
    writer = "writer", job = "job", packer = "packer", opened = "archive", tar = "tar",
    child = "process",
}

local C_MODULES = {
    "docker", "http", "archive", "stream", "fs", "json", "env", "hash", "time", "process", "log",
    "hosskeep",
}

-- Methods that every handle has, and operators.
local function is_common(name)
    return name:find "^__" or name == "close"
end

local function functions_of(t)
    local found = {}
    for key, value in pairs(t) do
        if type(key) == "string" and type(value) == "function" and not key:find "^_" then
            found[#found + 1] = key
        end
    end
    table.sort(found)
    return found
end

local function methods_of(type_name)
    local meta = assert(debug.getregistry()[type_name], type_name)
    if type(meta.__index) == "table" then
        return functions_of(meta.__index)
    end
    for index = 1, 4 do
        local _, value = debug.getupvalue(meta.__index, index)
        if type(value) == "table" then
            return functions_of(value)
        end
    end
    return functions_of(meta)
end

local function annotated(prefix)
    local found = {}
    for _, item in ipairs(help.all().list) do
        local owner, name = item.name:match "^(.+)%.([%w_]+)$"
        if owner == prefix then
            found[#found + 1] = name
        end
    end
    table.sort(found)
    return found
end

local function without_common(list)
    local kept = {}
    for _, name in ipairs(list) do
        if not is_common(name) then
            kept[#kept + 1] = name
        end
    end
    return kept
end

describe("the annotations", function()
    it("describe every function of the modules, and no others", function()
        for _, module in ipairs(C_MODULES) do
            assert.same(functions_of(rawget(_G, module)), annotated(module), module)
        end
    end)

    it("describe every method of the handles, and no others", function()
        stream.null():close()
        for prefix, type_name in pairs(HANDLES) do
            assert.same(without_common(methods_of(type_name)),
                without_common(annotated(prefix)), prefix)
        end
    end)

    it("describe the public functions written in Lua", function()
        local procedure = require "hosskeep.procedure"
        assert.same(functions_of(procedure), annotated "procedure")
        assert.same(functions_of(require "hosskeep.failure"), annotated "failure")
        assert.same(functions_of(require "hosskeep.project"), annotated "project")
        local p = procedure.new "x"
        local own = {}
        for _, t in ipairs { getmetatable(p).__index, require("hosskeep.edits").methods } do
            for _, name in ipairs(functions_of(t)) do
                own[#own + 1] = name
            end
        end
        table.sort(own)
        assert.same(own, annotated "p")
        local ctx = require("hosskeep.context").methods
        assert.same(functions_of(ctx), annotated "ctx")
        for _, module in ipairs { "report", "settings", "helpers", "journal" } do
            local of_module = require("hosskeep." .. module)
            local all = functions_of(of_module)
            for _, name in ipairs(functions_of(of_module.methods)) do
                all[#all + 1] = name
            end
            table.sort(all)
            assert.same(all, annotated(module), module)
        end
    end)

    it("have a text, typed parameters and an example each", function()
        for _, item in ipairs(help.all().list) do
            assert.is_true(#item.text > 0, item.name)
            assert.is_truthy(item.example, item.name)
            local _, given = item.signature:gsub("[%w_.]+[,)]", "")
            assert.equal(given, #item.params, item.signature)
        end
    end)

    it("are found by name, by value and by handle", function()
        assert.matches("^hash%.sha256%(text%)\n", help.text "hash.sha256")
        assert.matches("^hash%.sha256%(text%)\n", help.text(hash.sha256))
        assert.matches("^fs\n", help.text(fs))
        assert.matches("reader:read%(n%)", help.text(stream.from_string "x"))
        assert.matches("docker, http", help.text())
        local ok, err = pcall(help.text, "fs.opne")
        assert.is_false(ok)
        assert.matches('no help "fs.opne"', tostring(err))
    end)
end)
