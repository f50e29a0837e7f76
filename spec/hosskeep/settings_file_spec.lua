local settings_file = require "hosskeep.settings_file"

local function run(text)
    local got = {}
    local chunk = assert(load(text, "@/etc/hosskeep/settings.lua", "t"))
    settings_file.run(chunk, function(key, value, where)
        got[#got + 1] = { key, value, where }
    end)
    return got
end

describe("settings.lua", function()
    it("is lines of key = value, each with its place", function()
        assert.same({
            { "project", "server", "/etc/hosskeep/settings.lua:1" },
            { "postgres.jobs", 4, "/etc/hosskeep/settings.lua:3" },
            { "volumes.extra", { { name = "x" } }, "/etc/hosskeep/settings.lua:4" },
        }, run 'project = "server"\n\npostgres.jobs = 4\nvolumes.extra = { { name = "x" } }')
    end)

    it("offers no functions", function()
        local ok, err = pcall(run, 'os.execute("true")')
        assert.is_false(ok)
        assert.matches("settings.lua:1: os.execute is no function", err)
    end)

    it("does not touch the globals", function()
        run "fs.x = 1"
        assert.is_nil(rawget(fs, "x"))
    end)
end)
