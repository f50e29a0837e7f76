-- Every example of the annotations in lua/meta runs.

local help = require "hosskeep.help"
local site = require "support.site"

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
end)
