-- The annotations in lua/meta against what there is, both ways, and each example run.

local help = require "hosskeep.help"
local names = require "hosskeep.names"
local site = require "support.site"

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

describe("the examples", function()
    local HOST = os.getenv "ENGINE_SPEC_HOST"
    local IMAGE = os.getenv "ENGINE_SPEC_IMAGE" or "hosskeep-test/server:1"
    local here, client, scope, made

    local function needs_engine(example)
        for word in ("client container running docker"):gmatch "%S+" do
            if example:find("%f[%w]" .. word .. "%f[%W]") then
                return true
            end
        end
        return example:find "ctx:service" ~= nil or example:find "remove_all" ~= nil
            or example:find "ctx%.helpers:m" ~= nil
    end

    local function procedure_scope()
        local procedure = require "hosskeep.procedure"
        local p = procedure.new("example", { lock = false, env = "optional" })
        for _, name in ipairs { "a", "b", "c" } do
            p:step { name = name, title = "Step " .. name, run = function() end }
        end
        local report = require("hosskeep.report").new { quiet = true }
        local options = { config_dir = here.config }
        return procedure, p, require("hosskeep.context").new(p, options, report)
    end

    local function mentions(example, word)
        return example:find("%f[%w]" .. word .. "%f[%W]") ~= nil
    end

    local function engine_scope(into, example)
        client = client or docker.connect { host = HOST }
        into.client = client
        into.ctx.docker = client
        into.docker = {
            connect = function()
                return docker.connect { host = HOST }
            end,
        }
        into.image = IMAGE
        made = {}
        if mentions(example, "container") then
            into.container = client:create(nil, { Image = IMAGE, Cmd = { "true" } })
            made[1] = into.container
        end
        if mentions(example, "running") then
            into.running = client:create(nil, { Image = IMAGE, Cmd = { "sleep", "60" } })
            into.running:start()
            made[#made + 1] = into.running
        end
    end

    local function archive_scope(into)
        into.sample = here.root .. "/sample.tar.gz"
        local packer = archive.create(into.sample)
        packer:add_bytes("version.json", '{"version":"1"}')
        packer:finish {}
        into.opened = archive.open(into.sample)
        into.packer = archive.create(here.root .. "/packed.tar.gz")
        into.tar = archive.tar(stream.null())
    end

    before_each(function()
        here = site.new()
        scope = { folder = here.root }
        scope.procedure, scope.p, scope.ctx = procedure_scope()
        scope.print = function() end
        for _, name in ipairs { "failure", "journal", "settings", "helpers", "report" } do
            scope[name] = require("hosskeep." .. name)
        end
        scope.ctx:settle()
        archive_scope(scope)
        setmetatable(scope, { __index = _G })
    end)

    after_each(function()
        require("hosskeep.execution").unwind(scope.ctx, true)
        for _, container in ipairs(made or {}) do
            container:remove { force = true }
        end
        made = nil
        here:remove()
    end)

    local SILENT = { ["log.error"] = true, ["log.warn"] = true, ["log.info"] = true,
        ["log.debug"] = true, ["log.out"] = true, ["procedure.receive"] = true, ["p.main"] = true,
        ["report.warn"] = true, ["ctx.warn"] = true }

    for _, item in ipairs(help.all().list) do
        local example = item.example or ""
        local title = "of " .. item.name .. " runs"
        if example:find "%f[%w]url%f[%W]" then
            it(title .. " (needs a server; compiled only)", function()
                assert(load(example, "=example", "t", scope))
            end)
        elseif needs_engine(example) and not HOST then
            pending(title .. " (needs an Engine)")
        elseif SILENT[item.name] then
            it(title, function()
                local chunk = "local p = require('hosskeep.procedure').new('x')\n"
                    .. "local ctx = require('hosskeep.context').new(p, {}, "
                    .. "require('hosskeep.report').new { quiet = true })\n"
                    .. "local procedure = require 'hosskeep.procedure'\n" .. example
                local result = process.run { hosskeep.executable, "-e", chunk }
                assert.equal(0, result.code, result.stderr)
            end)
        else
            it(title, function()
                if needs_engine(example) then
                    engine_scope(scope, example)
                end
                assert(load(example, "=example", "t", scope))()
            end)
        end
    end

    it("tell names in a fixed order", function()
        assert.same({ "a", "b" }, names.sorted { b = 1, a = 1 })
    end)
end)
