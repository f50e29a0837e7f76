local certificates = require "hosskeep.certificates"
local checks = require "hosskeep.checks"
local configuration = require "hosskeep.configuration"
local volumes = require "hosskeep.volumes"

describe("hosskeep.certificates", function()
    local YAML = 'acme:\n  storage: "acme/a.json" # here\n  email: x\n'

    it("looks where the setting says, and nowhere else", function()
        assert.same({ "/set.json" }, certificates.candidates("/set.json", YAML))
    end)

    it("looks where traefik.yaml says first", function()
        assert.equal("/acme/a.json", certificates.candidates("", YAML)[1])
    end)

    it("knows the usual places without a configuration", function()
        local list = certificates.candidates("", nil)
        assert.equal("/acme.json", list[1])
        assert.truthy(#list > 1)
    end)
end)

describe("hosskeep.checks", function()
    it("asks for more with more data, and for no less than last time", function()
        local small = checks.estimate(10 << 20, 1 << 20, 0)
        assert.truthy(checks.estimate(100 << 20, 1 << 20, 0) > small)
        assert.truthy(checks.estimate(10 << 20, 100 << 20, 0) > small)
        assert.truthy(checks.estimate(0, 0, 500 << 20) >= 500 << 20)
        assert.equal(0, checks.estimate(0, 0, 0))
    end)
end)

describe("hosskeep.volumes", function()
    local function context(...)
        local services = {}
        for _, name in ipairs { ... } do services[name] = true end
        return {
            wants = function(_, name) return services[name] == true end,
            settings = { ["volumes.extra"] = {} },
        }
    end

    it("adds those of the setting volumes.extra", function()
        local ctx = context "auth"
        ctx.settings["volumes.extra"] = { "site_wiki" }
        local wanted = volumes.wanted(ctx)
        assert.equal("site_wiki", wanted[2].key)
        assert.equal("site_wiki", wanted[2].volume)
    end)

    it("reads those of the services that there are", function()
        assert.equal(4, #volumes.wanted(context("auth", "ldap", "rabbitmq")))
        assert.equal(0, #volumes.wanted(context("db", "opensearch")))
        assert.equal("ldap-vol1", volumes.wanted(context("ldap"))[2].key)
    end)
end)

describe("hosskeep.configuration", function()
    it("carries the names of the design notes, never the data", function()
        local items = " " .. table.concat(configuration.ITEMS, " ") .. " "
        for _, name in ipairs { ".env", "traefik.yaml", "core", "auth", "sync", "opensearch",
            "elasticsearch", "ui" } do
            assert.truthy(items:find(" " .. name .. " ", 1, true), name)
        end
        assert.is_nil(items:find(" data ", 1, true))
    end)
end)

describe("hosskeep.prune", function()
    local prune = require "hosskeep.prune"
    local NAMES = {
        "hoss-backup-2026-01-01T000000Z.tar.gz", "hoss-backup-2026-01-02T000000Z-10.tar.gz",
        "hoss-backup-2026-01-02T000000Z-2.tar.zst", "hoss-backup-2026-01-02T000000Z.tar.gz",
        "hoss-backup-2026-01-02T000000Z.manifest.json", "hoss-backup-mine.tar.gz", "notes.txt",
        "hoss-backup-2026-01-01T000000Z-copy.tar.gz", ".hoss-backup-2026-01-01T000000Z.partial",
    }

    local function surplus(keep)
        local list = {}
        for i, one in ipairs(prune.surplus(NAMES, keep)) do list[i] = one.name end
        return list
    end

    it("keeps the newest and leaves foreign files alone", function()
        assert.same({}, surplus(0))
        assert.same({}, surplus(4))
        assert.same({ NAMES[1] }, surplus(3))
        assert.same({ NAMES[1], NAMES[4], NAMES[3] }, surplus(1))
    end)

    it("knows the manifest beside each", function()
        assert.equal("hoss-backup-2026-01-02T000000Z-2.manifest.json",
            prune.surplus(NAMES, 1)[3].beside)
    end)
end)
