local settings = require "hosskeep.settings"

local function store()
    return settings.new {
        { name = "postgres.jobs", type = "integer", default = 2, least = 1, most = 8 },
        { name = "project", default = "server" },
        { name = "endpoint" },
        { name = "env.*" },
    }
end

local function message(fn)
    local ok, err = pcall(fn)
    assert.is_false(ok)
    assert.equal(2, err.exit)
    return err.message
end

describe("settings", function()
    it("has the stock values and says so", function()
        local s = store():resolve()
        assert.equal(2, s:get "postgres.jobs")
        assert.equal("stock", s:origin "postgres.jobs")
        assert.is_nil(s:get "endpoint")
    end)

    it("lets the stronger layer win, whatever the order of assignment", function()
        local s = store()
        s:assign("command", "postgres.jobs", "8", "--set postgres.jobs")
        s:assign("file", "postgres.jobs", 3, "/etc/hosskeep/settings.lua:1", 1)
        s:assign("file", "postgres.jobs", 4, "/home/settings.lua:1", 2)
        s:assign("file", "project", "site", "/etc/hosskeep/settings.lua:2", 1)
        s:resolve()
        assert.equal(8, s:get "postgres.jobs")
        assert.equal("--set postgres.jobs", s:origin "postgres.jobs")
        assert.equal("site", s:get "project")
    end)

    it("takes HOSSKEEP_ lines of .env", function()
        local s = store()
        s:read_env({ { key = "HOSSKEEP_POSTGRES_JOBS", value = "5", line = 7 },
            { key = "OTHER", value = "x", line = 8 } }, "/c/.env")
        assert.equal(5, s:get "postgres.jobs")
        assert.equal("/c/.env:7", s:origin "postgres.jobs")
        local bad = message(function()
            s:read_env({ { key = "HOSSKEEP_POSTGRES_JOB", value = "5", line = 9 } }, "/c/.env")
        end)
        assert.matches('/c/.env:9: no setting "HOSSKEEP_POSTGRES_JOB"', bad)
        assert.matches("did you mean", bad)
    end)

    it("reads .env again without the old values", function()
        local s = store()
        s:read_env({ { key = "HOSSKEEP_PROJECT", value = "a", line = 1 } }, "/a")
        s:read_env({}, "/b")
        s:resolve()
        assert.equal("server", s:get "project")
    end)

    it("refuses unknown keys and bad values with their place", function()
        local s = store()
        s:assign("file", "postgres.job", 3, "/etc/x.lua:4")
        assert.equal('/etc/x.lua:4: no setting "postgres.job" (did you mean "postgres.jobs"?); '
            .. "valid: postgres.jobs, project, endpoint, env.*", message(function()
            s:resolve()
        end))
        s = store()
        s:assign("command", "postgres.jobs", "99", "--set postgres.jobs")
        assert.equal('--set postgres.jobs: postgres.jobs must be between 1 and 8, not "99"',
            message(function()
                s:resolve()
            end))
    end)

    it("knows wildcards and free site keys", function()
        local s = store()
        s:assign("command", "env.HOSS_DIR", "/opt/hoss", "--set env.HOSS_DIR")
        s:assign("file", "site.hook", "x", "/etc/x.lua:1")
        s:resolve()
        local effective = s:effective()
        assert.equal("/opt/hoss", effective["env.HOSS_DIR"])
        assert.is_nil(effective["env.OTHER"])
        assert.equal("x", effective["site.hook"])
        assert.is_nil(effective["site.none"])
        local found = {}
        for key in pairs(effective) do
            found[key] = true
        end
        assert.is_true(found["env.HOSS_DIR"] and found["postgres.jobs"])
    end)

    it("masks what looks like a secret", function()
        local s = store()
        s:assign("command", "env.RABBITMQ_PASS", "carrot-carrot", "--set env.RABBITMQ_PASS")
        s:assign("command", "endpoint", "https://me:turnip-turnip@x.example", "--endpoint")
        s:resolve()
        assert.equal("*** ***", log.mask "carrot-carrot turnip-turnip")
    end)

    it("is strict and read only for scripts", function()
        local effective = store():resolve():effective()
        assert.matches("did you mean", message(function()
            return effective["postgres.jobz"]
        end))
        assert.has_error(function()
            effective["postgres.jobs"] = 3
        end)
    end)

    it("lets drop-ins declare and set", function()
        local s = store()
        s:declare { name = "site.url", default = "x", help = "where to" }
        s:set("site.url", "y")
        assert.equal("y", s:get "site.url")
        assert.matches("settings_spec.lua:%d+$", s:origin "site.url")
        assert.has_error(function()
            s:declare { name = "site.bad", type = "colour" }
        end)
    end)

    it("has stock declarations that are sound", function()
        local stock = settings.new():resolve()
        local values = require "hosskeep.values"
        for _, name in ipairs(stock.order) do
            local one = stock.declared[name]
            assert.is_truthy(one.help, name)
            if one.default ~= nil then
                assert.same(one.default, values.read(one, one.default))
            end
        end
    end)
end)
